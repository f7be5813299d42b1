"""Statements that open the database to everybody, however they are typed."""

from __future__ import annotations

import pytest

from fournines.audit import registry
from fournines.audit.gather.collect import File
from fournines.audit.run import audit

RULE = next(rule for rule in registry.rules() if rule.id == "GA017")


def said(path: str, text: str) -> list[tuple[int, str]]:
    report = audit([File(path, text)], rules=[RULE], strict=True)
    return [(finding.at.line, finding.severity.word) for finding in report.findings]


@pytest.mark.parametrize(
    ("statement", "severity"),
    [
        ("GRANT ALL PRIVILEGES ON *.* TO 'root'@'%' IDENTIFIED BY 'root';", "error"),
        ("grant all on *.* to root@'%' identified by 'rootpass' with grant option;", "error"),
        ("GRANT ALL ON *.* TO `sst` IDENTIFIED BY 'sst123';", "error"),
        ("GRANT ALL ON *.*\n TO 'root'@'%'\n IDENTIFIED BY 'mysql';", "error"),
        ("CREATE USER 'app'@'%' IDENTIFIED BY 'app';\nGRANT ALL ON *.* TO 'app'@'%';", "error"),
        ("GRANT ALL ON *.* TO 'root'@'%' IDENTIFIED BY 'q7Gd2kLm';", "warning"),
        ("GRANT ALL ON *.* TO 'root'@'%';", "warning"),
    ],
)
def test_all_rights_from_anywhere(statement: str, severity: str) -> None:
    assert [word for _, word in said("setup.sql", statement + "\n")] == [severity]


@pytest.mark.parametrize(
    "statement",
    [
        "GRANT ALL ON *.* TO 'root'@'localhost' IDENTIFIED BY 'root';",
        "GRANT ALL ON *.* TO 'root'@'10.0.0.%' IDENTIFIED BY 'root';",
        "GRANT ALL PRIVILEGES ON nova.* TO 'nova'@'%' IDENTIFIED BY 'nova';",
        "GRANT RELOAD, PROCESS ON *.* TO 'sst'@'%' IDENTIFIED BY 'sst';",
        "-- GRANT ALL ON *.* TO 'root'@'%' IDENTIFIED BY 'root';\nFLUSH PRIVILEGES;",
    ],
)
def test_less_than_that_is_fine(statement: str) -> None:
    assert said("setup.sql", statement + "\n") == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("mysql> use mysql;\nmysql> GRANT ALL ON *.* TO 'a'@'%' IDENTIFIED BY 'a';", 5),
        ("MariaDB [(none)]> GRANT ALL ON *.*\n    -> TO 'a'@'%' IDENTIFIED BY 'a';", 4),
        ("$ mysql -u root -p\nmysql> GRANT ALL ON *.* TO 'a'@'%' IDENTIFIED BY 'a';", 5),
        ("MySQL  db1:3306 ssl  SQL > GRANT ALL ON *.* TO 'a'@'%' IDENTIFIED BY 'a';", 4),
        ("mysql -uroot <<EOF\nUSE mysql;\nGRANT ALL ON *.* TO 'a'@'%' IDENTIFIED BY 'a';\nEOF", 6),
        ("ssh db1 \"mysql -e \\\"GRANT ALL ON *.* TO 'a'@'%' IDENTIFIED BY 'a'\\\"\"", 4),
    ],
)
def test_the_prompts_and_quotes_of_a_page(text: str, line: int) -> None:
    assert said("howto.md", f"# db\n\n```\n{text}\n```\n") == [(line, "error")]
