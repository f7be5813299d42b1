from __future__ import annotations

from fournines.lab.vm.accelerator import WORD, verdict
from fournines.lab.vm.unpack import RULES


def test_kvm_is_taken_only_if_a_kernel_ran() -> None:
    assert verdict(f"\r\n{WORD}\r\n", "a warning\n") == ""
    assert verdict("", "qemu: error: failed to set MSR 0x10a\nmore") == "qemu: error: failed to set MSR 0x10a"
    assert verdict("SeaBIOS\n", "") == "a kernel under KVM ends in silence"


def test_the_word_is_what_the_first_program_prints() -> None:
    assert any(WORD in rule for rule in RULES)
