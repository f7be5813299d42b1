# Managed by fournines for the site blog; change blog.yaml instead.
# Use it: . admin-openrc.sh
export OS_AUTH_TYPE=password
export OS_AUTH_URL=https://controller:5000/v3
export OS_CACERT=/etc/ssl/certs/ca-certificates.crt
export OS_USERNAME=admin
export OS_PASSWORD=<keystone/admin>
export OS_USER_DOMAIN_NAME=Default
export OS_PROJECT_NAME=admin
export OS_PROJECT_DOMAIN_NAME=Default
export OS_REGION_NAME=RegionOne
export OS_INTERFACE=internal
export OS_IDENTITY_API_VERSION=3
