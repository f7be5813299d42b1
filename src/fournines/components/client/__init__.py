"""The administrator's client files on the controllers and dashboards: openrc and clouds.yaml."""
