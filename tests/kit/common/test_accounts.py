"""Accounts in a MariaDB: the statements that make, look for and lock them."""

from __future__ import annotations

from fournines.kit.common.accounts import create_sql, exists_sql, lock_sql, unlocked_sql
from fournines.kit.declare import Database


def test_a_grants_underscore_is_no_wildcard() -> None:
    database = Database("nova_api", "nova", "nova/database")
    created = create_sql(database, "10.0.0.0/255.255.255.0", "pw")
    assert r"GRANT ALL PRIVILEGES ON `nova\_api`.* TO 'nova'@'10.0.0.0/255.255.255.0'" in created
    assert "CREATE DATABASE IF NOT EXISTS `nova_api`" in created
    assert r"Db = 'nova\\_api'" in exists_sql(database, "10.0.0.0/255.255.255.0", "pw")


def test_only_our_own_accounts_are_locked_when_nobody_declares_them() -> None:
    here = "10.0.0.0/255.255.255.0"
    marked = create_sql(Database("nova", "nova", "nova/database"), here, "pw")
    assert "GRANT fournines TO 'nova'@'10.0.0.0/255.255.255.0'" in marked
    assert "ACCOUNT UNLOCK" in marked, "declared again, it is opened again"
    for statement in (lock_sql(["keystone", "nova"], here), unlocked_sql(["keystone", "nova"], here)):
        assert "m.Role = 'fournines' AND m.Admin_option = 'N'" in statement
        assert "NOT (a.Host = '10.0.0.0/255.255.255.0' AND a.User IN ('keystone', 'nova'))" in statement
        assert "DROP" not in statement
