from __future__ import annotations

import struct

import pytest

from fournines.errors import LabError
from fournines.lab.vm.equipment import version
from fournines.lab.vm.unpack import modules_of, payload

PACKED = b"\x28\xb5\x2f\xfd" + b"kernel" * 9


def _bzimage(packed: bytes, setup: int = 3) -> bytes:
    header = bytearray((setup + 1) * 512)
    header[0x1F1] = setup
    header[0x202:0x206] = b"HdrS"
    struct.pack_into("<II", header, 0x248, 100, len(packed) + 4)
    return bytes(header) + bytes(100) + packed + b"SIZE" + b"what follows"


def test_the_kernel_is_found_by_the_boot_protocols_offsets() -> None:
    assert payload(_bzimage(PACKED)) == PACKED


@pytest.mark.parametrize(
    ("kernel", "complaint"),
    [
        (b"\x7fELF" + bytes(4096), "no bzImage"),
        (_bzimage(b"\x1f\x8b" + bytes(60)), "not compressed with zstd"),
    ],
)
def test_a_kernel_of_another_kind_is_refused(kernel: bytes, complaint: str) -> None:
    with pytest.raises(LabError, match=complaint):
        payload(kernel)


def test_modules_are_loaded_in_order_and_once() -> None:
    shown = (
        "insmod /lib/modules/6.12/kernel/net/core/failover.ko \n"
        "builtin virtio_pci\n"
        "insmod /lib/modules/6.12/kernel/drivers/net/virtio_net.ko \n"
        "insmod /lib/modules/6.12/kernel/net/core/failover.ko \n"
    )
    assert modules_of(shown) == (
        "/lib/modules/6.12/kernel/net/core/failover.ko",
        "/lib/modules/6.12/kernel/drivers/net/virtio_net.ko",
    )


def test_a_qemu_says_how_new_it_is() -> None:
    assert version("QEMU emulator version 10.0.13 (Debian 1:10.0.13+ds-0+deb13u1)\nCopyright") == (10, 0)
    assert version("QEMU emulator version 7.2.17 (Debian 1:7.2+dfsg-7+deb12u14)") < (10,)
    assert version("what?") < (10,)
