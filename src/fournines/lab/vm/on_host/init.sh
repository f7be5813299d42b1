#!/bin/busybox sh
# The first program of a lab's virtual machine: its disk is laid over the image of all hosts, then systemd begins.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
for module in $(cat /modules/order); do insmod "/modules/$module"; done

if grep -q nines.trial /proc/cmdline; then
    echo "nines: this machine runs a kernel" >/dev/console
    poweroff -f
fi

disk() {  # the device with this serial number
    for block in /sys/block/vd*; do
        [ "$(cat "$block/serial")" = "$1" ] && echo "/dev/${block##*/}" && return
    done
}
mkdir -p /image /own /root
mount -t ext4 -o ro "$(disk image)" /image &&
    mount -t ext4 "$(disk own)" /own &&
    mount -t overlay -o lowerdir=/image,upperdir=/own/upper,workdir=/own/work overlay /root &&
    mount --move /dev /root/dev && mount --move /proc /root/proc && mount --move /sys /root/sys &&
    exec switch_root /root /sbin/init
echo "nines: the disks could not be mounted" >/dev/console
exec sh
