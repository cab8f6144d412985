-- Grafana's login, for development: `finops db upgrade` finds the role and gives it the reporting views, read only.
CREATE ROLE finops_reader LOGIN PASSWORD 'reader';
