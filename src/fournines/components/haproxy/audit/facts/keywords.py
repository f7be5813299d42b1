"""Words of a haproxy.cfg: HAProxy refuses to start over any other (configuration manual, 3 to 5)."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PROXY = _words("""
    acl balance bind bind-process backlog capture clitcpka-cnt clitcpka-idle clitcpka-intvl clitimeout
    compression contimeout cookie crt declare default-server default_backend description disabled
    dispatch email-alert enabled errorfile errorfiles errorloc errorloc302 errorloc303 error-log-format
    external-check filter force-persist from fullconn grace guid hash-balance-factor
    hash-preserve-affinity hash-type http-after-response http-check http-error http-request
    http-response http-reuse http-send-name-header id ignore-persist load-server-state-from-file log
    log-format log-format-sd log-steps log-tag max-keep-alive-queue max-session-srv-conns maxconn mode
    monitor monitor-net monitor-uri no option persist quic-initial rate-limit redirect redisp redispatch
    reqadd reqallow reqdel reqdeny reqiallow reqidel reqideny reqipass reqirep reqisetbe reqitarpit
    reqpass reqrep reqsetbe reqtarpit retries retry-on rspadd rspdel rspdeny rspidel rspideny rspirep
    rsprep server server-state-file-name server-template source srvtcpka-cnt srvtcpka-idle
    srvtcpka-intvl srvtimeout stats stick stick-table tcp-check tcp-request tcp-response timeout
    transparent unique-id-format unique-id-header use-fcgi-app use-server use_backend clitimeout
    contimeout srvtimeout block appsession
    """)
"""First words of lines in listen, frontend, backend and defaults."""
OPTION = _words("""
    abortonclose accept-invalid-http-request accept-invalid-http-response
    accept-unsafe-violations-in-http-request accept-unsafe-violations-in-http-response allbackups
    checkcache clitcpka contstats disable-h2-upgrade dontlog-normal dontlognull external-check
    forceclose forwardfor forwarded h1-case-adjust-bogus-client h1-case-adjust-bogus-server host
    http-buffer-request http-drop-request-trailers http-drop-response-trailers http-ignore-probes
    http-keep-alive http-no-delay http-pretend-keepalive http-restrict-req-hdr-names http-server-close
    http-tunnel http-use-proxy-header http-use-htx httpchk httpclose httplog httpslog http_proxy
    idle-close-on-response independent-streams ldap-check log-health-checks log-separate-errors logasap
    mysql-check nolinger originalto persist pgsql-check prefer-last-server redis-check redispatch
    smtpchk socket-stats splice-auto splice-request splice-response spop-check srvtcpka ssl-hello-chk
    tcp-check tcp-smart-accept tcp-smart-connect tcpka tcplog transparent use-small-buffers
    """)
TIMEOUT = _words("""
    check client client-fin client-hs connect http-keep-alive http-request queue server server-fin tarpit
    tunnel
    """)
MODE = _words("tcp http health log spop haterm")
BALANCE = _words("""
    roundrobin static-rr leastconn first source uri url_param hdr random rdp-cookie log-hash log-sticky
    hash sticky
    """)
SERVER_FLAGS = _words("""
    backup check check-send-proxy check-ssl check-reuse-pool disabled enabled agent-check no-check
    no-backup non-stick send-proxy send-proxy-v2 send-proxy-v2-ssl send-proxy-v2-ssl-cn allow-0rtt ssl
    ssl-reuse no-ssl no-ssl-reuse no-check-ssl no-check-send-proxy no-send-proxy no-send-proxy-v2
    no-send-proxy-v2-ssl no-sslv3 no-tlsv10 no-tlsv11 no-tlsv12 no-tlsv13 no-tls-tickets no-verifyhost
    tfo no-tfo redir rise fall inter weight maxconn stick tls-tickets set-proxy-v2-tlv-fmt
    proxy-v2-options curves sigalgs client-sigalgs strict-maxconn npn check-via-socks4
    """)
"""Words of a server line that stand alone; those with a value are in ``lines``."""
