"""The directives of the two time daemons: chrony.conf(5) 4.6; ntp.conf(5) of ntp 4.2.8 and NTPsec 1.2."""

from __future__ import annotations

KNOWN = {
    "chrony": frozenset(
        """acquisitionport allow authselectmode bindacqaddress bindacqdevice bindaddress bindcmdaddress
        bindcmddevice binddevice broadcast clientloglimit clockprecision cmdallow cmddeny cmdport
        cmdratelimit combinelimit commandkey confdir corrtimeratio deny driftfile dscp dumpdir dumponexit
        fallbackdrift generatecommandkey hwclockfile hwtimestamp hwtstimeout include initstepslew keyfile
        leapseclist leapsecmode leapsectz linux_freq_scale linux_hz local lock_all log logbanner logchange
        logdir mailonchange makestep manual maxchange maxclockerror maxdistance maxdrift maxjitter
        maxntpconnections maxsamples maxslewrate maxtxbuffers maxupdateskew minsamples minsources
        noclientlog nocerttimecheck nosystemcert ntpsigndsocket ntsaeads ntscachedir ntsdumpdir
        ntsport ntsprocesses ntsrefresh ntsrotate ntsratelimit ntsservercert ntsserverkey ntstrustedcerts
        opencommands peer pidfile polltarget pool port ptpdomain ptpport ratelimit refclock
        refresh reselectdist rtcautotrim rtcdevice rtcfile rtconutc rtcsync sched_priority server smoothtime
        sourcedir stratumweight tempcomp user""".split()  # noqa: SIM905 - a list would be pages long
    ),
    "ntp": frozenset(
        """autokey automax beep broadcast broadcastclient broadcastdelay calldelay checkhash controlkey
        crypto cryptostats device disable discard driftfile dscp enable end_simulation extra filegen
        filenum filesize fudge includefile interface ippeerlimit keys keysdir leapfile leapsmearinterval
        logconfig logfile manycastclient manycastserver mdnstries mru mssntp multicastclient nic nts
        ntpsigndsocket peer phone pidfile pollskewlist pool qos refclock requestkey reset restrict revoke
        rlimit saveconfigdir server setvar simulate statistics stats statsdir sysinfo tick tinker tos
        trap trustedkey ttl unconfig unpeer unrestrict""".split()  # noqa: SIM905 - a list would be pages long
    ),
}
