# Managed by fournines for the site blog; change blog.yaml instead.
DEBUG = False
ALLOWED_HOSTS = [
    "dashboard",
    "10.0.0.10",
    "192.168.1.10",
]
SECRET_KEY = "<horizon/secret-key>"

OPENSTACK_HOST = "controller"
OPENSTACK_KEYSTONE_URL = "https://controller:5000/v3"
OPENSTACK_SSL_CACERT = "/etc/ssl/certs/ca-certificates.crt"
OPENSTACK_API_VERSIONS = {"identity": 3, "image": 2, "volume": 3}
OPENSTACK_KEYSTONE_DEFAULT_DOMAIN = "Default"
# The services that the site has: each process reads these at its first log-in, two seconds for the package's
# five. What a user may do elsewhere is for others to say.
POLICY_FILES = {
    "identity": "keystone_policy.yaml",
    "image": "glance_policy.yaml",
}

# A session lies with the browser, signed with the key above. In memcached it would be lost with one host,
# and whoever can write there without a password could make Django unpickle what he likes.
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_TIMEOUT = 3600
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
COMPRESS_OFFLINE = True
TIME_ZONE = "UTC"
