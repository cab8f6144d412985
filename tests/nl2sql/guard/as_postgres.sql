SELECT count(*) AS x FROM charges
SELECT count(DISTINCT team) AS x FROM charges
SELECT sum(effective_cost) AS x FROM charges
SELECT avg(effective_cost) AS x FROM charges
SELECT min(team) AS x FROM charges
SELECT max(team) AS x FROM charges
SELECT stddev(effective_cost) AS x FROM charges
SELECT stddev_pop(effective_cost) AS x FROM charges
SELECT stddev_samp(effective_cost) AS x FROM charges
SELECT variance(effective_cost) AS x FROM charges
SELECT var_pop(effective_cost) AS x FROM charges
SELECT var_samp(effective_cost) AS x FROM charges
SELECT corr(effective_cost, billed_cost) AS x FROM charges
SELECT corr(effective_cost, 1) AS x FROM charges
SELECT covar_pop(effective_cost, billed_cost) AS x FROM charges
SELECT covar_samp(effective_cost, billed_cost) AS x FROM charges
SELECT regr_slope(effective_cost, billed_cost) AS x FROM charges
SELECT regr_slope(effective_cost, 1) AS x FROM charges
SELECT regr_intercept(effective_cost, billed_cost) AS x FROM charges
SELECT regr_r2(effective_cost, billed_cost) AS x FROM charges
SELECT regr_r2(1, billed_cost) AS x FROM charges
SELECT regr_count(effective_cost, billed_cost) AS x FROM charges
SELECT regr_avgx(effective_cost, billed_cost) AS x FROM charges
SELECT regr_avgy(effective_cost, billed_cost) AS x FROM charges
SELECT regr_sxx(effective_cost, billed_cost) AS x FROM charges
SELECT regr_sxy(effective_cost, billed_cost) AS x FROM charges
SELECT regr_syy(effective_cost, billed_cost) AS x FROM charges
SELECT bool_and(effective_cost > 0) AS x FROM charges
SELECT bool_or(effective_cost > 0) AS x FROM charges
SELECT every(effective_cost > 0) AS x FROM charges
SELECT bit_and(extract(day from usage_date)::int) AS x FROM charges
SELECT bit_or(extract(day from usage_date)::int) AS x FROM charges
SELECT array_agg(team ORDER BY team) AS x FROM charges
SELECT array_agg(team ORDER BY usage_date) AS x FROM charges
SELECT array_agg(DISTINCT team) AS x FROM charges
SELECT array_agg(team ORDER BY team DESC) AS x FROM charges
SELECT string_agg(team, ',' ORDER BY team) AS x FROM charges
SELECT string_agg(team, ',' ORDER BY team DESC) AS x FROM charges
SELECT string_agg(DISTINCT service, ',') AS x FROM charges
SELECT string_agg(DISTINCT service, ',' ORDER BY service) AS x FROM charges
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY effective_cost) AS x FROM charges
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY effective_cost) AS x FROM charges
SELECT percentile_cont(0.9) WITHIN GROUP (ORDER BY effective_cost DESC) AS x FROM charges
SELECT mode() WITHIN GROUP (ORDER BY service) AS x FROM charges
SELECT any_value(1) AS x FROM charges
SELECT sum(effective_cost) FILTER (WHERE team IS NULL) AS x FROM charges
SELECT sum(effective_cost) / count(*) AS x FROM charges
SELECT count(*) / 3 AS x FROM charges
SELECT count(*) / 3.0 AS x FROM charges
SELECT 1.0 / 3 AS x FROM charges
SELECT avg(1) AS x FROM charges
SELECT avg(count(*)) OVER () AS x FROM charges
SELECT sum(1) AS x FROM charges
SELECT sum(1) / 3 AS x FROM charges
SELECT -7 / 2 AS x FROM charges
SELECT -7 % 3 AS x FROM charges
SELECT corr(effective_cost, 1) FILTER (WHERE team IS NOT NULL) AS x FROM charges
SELECT every(effective_cost > 0) FILTER (WHERE team = 'payments') AS x FROM charges
SELECT array_agg(DISTINCT upper(team)) AS x FROM charges
SELECT sum(effective_cost)::numeric / 7 AS x FROM charges
SELECT round(sum(billed_cost)::numeric, 3) AS x FROM charges
SELECT (sum(billed_cost) / count(*))::numeric AS x FROM charges
SELECT (avg(billed_cost))::numeric(20,8) AS x FROM charges
SELECT max(usage_date) - min(usage_date) AS x FROM charges
SELECT (max(usage_date) - min(usage_date)) / 7 AS x FROM charges
SELECT count(*) FILTER (WHERE service LIKE '%\%%') AS x FROM charges
SELECT string_agg(DISTINCT team, ', ') FILTER (WHERE team <> 'x') AS x FROM charges
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY effective_cost) FILTER (WHERE team IS NOT NULL) AS x FROM charges
SELECT row_number() OVER (ORDER BY usage_date) AS x FROM charges ORDER BY usage_date
SELECT rank() OVER (ORDER BY team) AS x FROM charges ORDER BY usage_date
SELECT dense_rank() OVER (ORDER BY team) AS x FROM charges ORDER BY usage_date
SELECT percent_rank() OVER (ORDER BY effective_cost) AS x FROM charges ORDER BY usage_date
SELECT cume_dist() OVER (ORDER BY effective_cost) AS x FROM charges ORDER BY usage_date
SELECT ntile(2) OVER (ORDER BY usage_date) AS x FROM charges ORDER BY usage_date
SELECT lag(effective_cost) OVER (ORDER BY usage_date) AS x FROM charges ORDER BY usage_date
SELECT lag(effective_cost, 2, 0) OVER (ORDER BY usage_date) AS x FROM charges ORDER BY usage_date
SELECT lead(effective_cost) OVER (ORDER BY usage_date) AS x FROM charges ORDER BY usage_date
SELECT first_value(effective_cost) OVER (ORDER BY usage_date) AS x FROM charges ORDER BY usage_date
SELECT last_value(effective_cost) OVER (ORDER BY usage_date) AS x FROM charges ORDER BY usage_date
SELECT nth_value(effective_cost, 2) OVER (ORDER BY usage_date) AS x FROM charges ORDER BY usage_date
SELECT sum(effective_cost) OVER (ORDER BY usage_date ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS x FROM charges ORDER BY usage_date
SELECT sum(effective_cost) OVER (ORDER BY usage_date RANGE BETWEEN INTERVAL '60 days' PRECEDING AND CURRENT ROW) AS x FROM charges ORDER BY usage_date
SELECT sum(effective_cost) OVER (ORDER BY usage_date GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) AS x FROM charges ORDER BY usage_date
SELECT abs(effective_cost) AS x FROM charges ORDER BY usage_date
SELECT ceil(effective_cost) AS x FROM charges ORDER BY usage_date
SELECT ceiling(effective_cost) AS x FROM charges ORDER BY usage_date
SELECT floor(effective_cost) AS x FROM charges ORDER BY usage_date
SELECT round(effective_cost) AS x FROM charges ORDER BY usage_date
SELECT round(effective_cost, 1) AS x FROM charges ORDER BY usage_date
SELECT round(effective_cost, -2) AS x FROM charges ORDER BY usage_date
SELECT round(billed_cost, 2) AS x FROM charges ORDER BY usage_date
SELECT round(2.5) AS x FROM charges ORDER BY usage_date
SELECT round(-2.5) AS x FROM charges ORDER BY usage_date
SELECT round(2.5::double precision) AS x FROM charges ORDER BY usage_date
SELECT round(3.5::double precision) AS x FROM charges ORDER BY usage_date
SELECT round(0.5::double precision) AS x FROM charges ORDER BY usage_date
SELECT round(billed_cost / 3, 4) AS x FROM charges ORDER BY usage_date
SELECT trunc(effective_cost) AS x FROM charges ORDER BY usage_date
SELECT trunc(effective_cost, 1) AS x FROM charges ORDER BY usage_date
SELECT trunc(effective_cost, -2) AS x FROM charges ORDER BY usage_date
SELECT sign(effective_cost) AS x FROM charges ORDER BY usage_date
SELECT sqrt(abs(effective_cost)) AS x FROM charges ORDER BY usage_date
SELECT cbrt(effective_cost) AS x FROM charges ORDER BY usage_date
SELECT power(effective_cost, 2) AS x FROM charges ORDER BY usage_date
SELECT pow(2, 3) AS x FROM charges ORDER BY usage_date
SELECT power(2, 0.5) AS x FROM charges ORDER BY usage_date
SELECT power(10, 40) AS x FROM charges ORDER BY usage_date
SELECT effective_cost ^ 2 AS x FROM charges ORDER BY usage_date
SELECT 2 ^ 3 ^ 2 AS x FROM charges ORDER BY usage_date
SELECT -2 ^ 2 AS x FROM charges ORDER BY usage_date
SELECT exp(1) AS x FROM charges ORDER BY usage_date
SELECT exp(1000.0) AS x FROM charges ORDER BY usage_date
SELECT ln(abs(effective_cost)) AS x FROM charges ORDER BY usage_date
SELECT log(100) AS x FROM charges ORDER BY usage_date
SELECT log(2, 8) AS x FROM charges ORDER BY usage_date
SELECT log(abs(effective_cost)) AS x FROM charges ORDER BY usage_date
SELECT log10(1000) AS x FROM charges ORDER BY usage_date
SELECT mod(7, 3) AS x FROM charges ORDER BY usage_date
SELECT mod(-7, 3) AS x FROM charges ORDER BY usage_date
SELECT mod(effective_cost, 2) AS x FROM charges ORDER BY usage_date
SELECT effective_cost % 2 AS x FROM charges ORDER BY usage_date
SELECT div(7, 2) AS x FROM charges ORDER BY usage_date
SELECT div(-7, 2) AS x FROM charges ORDER BY usage_date
SELECT div(effective_cost, 2) AS x FROM charges ORDER BY usage_date
SELECT div(effective_cost, 0.3) AS x FROM charges ORDER BY usage_date
SELECT gcd(12, 18) AS x FROM charges ORDER BY usage_date
SELECT lcm(4, 6) AS x FROM charges ORDER BY usage_date
SELECT pi() AS x FROM charges ORDER BY usage_date
SELECT degrees(1) AS x FROM charges ORDER BY usage_date
SELECT radians(180) AS x FROM charges ORDER BY usage_date
SELECT sin(1) AS x FROM charges ORDER BY usage_date
SELECT cos(1) AS x FROM charges ORDER BY usage_date
SELECT tan(1) AS x FROM charges ORDER BY usage_date
SELECT asin(1) AS x FROM charges ORDER BY usage_date
SELECT acos(1) AS x FROM charges ORDER BY usage_date
SELECT atan(1) AS x FROM charges ORDER BY usage_date
SELECT atan2(1, 2) AS x FROM charges ORDER BY usage_date
SELECT sinh(1) AS x FROM charges ORDER BY usage_date
SELECT cosh(1) AS x FROM charges ORDER BY usage_date
SELECT tanh(1) AS x FROM charges ORDER BY usage_date
SELECT isfinite(usage_date) AS x FROM charges ORDER BY usage_date
SELECT lower(service) AS x FROM charges ORDER BY usage_date
SELECT initcap('hello wORLD-foo_bar x1y') AS x FROM charges ORDER BY usage_date
SELECT length(service) AS x FROM charges ORDER BY usage_date
SELECT char_length(service) AS x FROM charges ORDER BY usage_date
SELECT character_length(service) AS x FROM charges ORDER BY usage_date
SELECT octet_length(service) AS x FROM charges ORDER BY usage_date
SELECT left(service, 3) AS x FROM charges ORDER BY usage_date
SELECT left(service, -3) AS x FROM charges ORDER BY usage_date
SELECT right(service, 3) AS x FROM charges ORDER BY usage_date
SELECT right(service, -3) AS x FROM charges ORDER BY usage_date
SELECT left(service, 0) AS x FROM charges ORDER BY usage_date
SELECT concat(team, '-', service) AS x FROM charges ORDER BY usage_date
SELECT concat(team, NULL, 1) AS x FROM charges ORDER BY usage_date
SELECT concat(usage_date, ' ', effective_cost) AS x FROM charges ORDER BY usage_date
SELECT concat_ws('-', team, service) AS x FROM charges ORDER BY usage_date
SELECT concat_ws('-', team, NULL, 'x') AS x FROM charges ORDER BY usage_date
SELECT replace(service, 'a', 'b') AS x FROM charges ORDER BY usage_date
SELECT replace(service, '', 'b') AS x FROM charges ORDER BY usage_date
SELECT split_part(service, '-', 2) AS x FROM charges ORDER BY usage_date
SELECT split_part(service, '-', -1) AS x FROM charges ORDER BY usage_date
SELECT split_part(service, '-', 9) AS x FROM charges ORDER BY usage_date
SELECT btrim(service, 'A') AS x FROM charges ORDER BY usage_date
SELECT btrim('  x  ') AS x FROM charges ORDER BY usage_date
SELECT btrim('xyxtrimyyx', 'xyz') AS x FROM charges ORDER BY usage_date
SELECT ltrim(service, 'A') AS x FROM charges ORDER BY usage_date
SELECT ltrim('  x ') AS x FROM charges ORDER BY usage_date
SELECT rtrim(service, 'c') AS x FROM charges ORDER BY usage_date
SELECT trim(both 'x' from 'xaxbx') AS x FROM charges ORDER BY usage_date
SELECT trim(leading 'x' from 'xaxbx') AS x FROM charges ORDER BY usage_date
SELECT trim('  x  ') AS x FROM charges ORDER BY usage_date
SELECT lpad(service, 20, '*') AS x FROM charges ORDER BY usage_date
SELECT lpad(service, 3, '*') AS x FROM charges ORDER BY usage_date
SELECT lpad(service, 20) AS x FROM charges ORDER BY usage_date
SELECT rpad(service, 20, '*') AS x FROM charges ORDER BY usage_date
SELECT rpad(service, 20) AS x FROM charges ORDER BY usage_date
SELECT lpad('x', 5, 'ab') AS x FROM charges ORDER BY usage_date
SELECT repeat('ab', 3) AS x FROM charges ORDER BY usage_date
SELECT repeat('ab', -1) AS x FROM charges ORDER BY usage_date
SELECT reverse(service) AS x FROM charges ORDER BY usage_date
SELECT strpos(service, 'a') AS x FROM charges ORDER BY usage_date
SELECT strpos(service, '') AS x FROM charges ORDER BY usage_date
SELECT position('a' in service) AS x FROM charges ORDER BY usage_date
SELECT starts_with(service, 'A') AS x FROM charges ORDER BY usage_date
SELECT translate(service, 'abc', 'xy') AS x FROM charges ORDER BY usage_date
SELECT substr(service, 2) AS x FROM charges ORDER BY usage_date
SELECT substr(service, 2, 3) AS x FROM charges ORDER BY usage_date
SELECT substr(service, 0, 3) AS x FROM charges ORDER BY usage_date
SELECT substr(service, -2, 5) AS x FROM charges ORDER BY usage_date
SELECT substr(service, -2) AS x FROM charges ORDER BY usage_date
SELECT substring(service from 2 for 3) AS x FROM charges ORDER BY usage_date
SELECT substring(service from 0 for 3) AS x FROM charges ORDER BY usage_date
SELECT substring(service, 2, 3) AS x FROM charges ORDER BY usage_date
SELECT substring(service from 3) AS x FROM charges ORDER BY usage_date
SELECT substring(service for 3) AS x FROM charges ORDER BY usage_date
SELECT substring(service from 'b-.') AS x FROM charges ORDER BY usage_date
SELECT substring(service, 'b-.') AS x FROM charges ORDER BY usage_date
SELECT substring(service from '(.)-(.)') AS x FROM charges ORDER BY usage_date
SELECT substr(service, length(service) - 3) AS x FROM charges ORDER BY usage_date
SELECT substring(service from strpos(service, '-')) AS x FROM charges ORDER BY usage_date
SELECT overlay(service placing 'xx' from 2 for 3) AS x FROM charges ORDER BY usage_date
SELECT ascii(service) AS x FROM charges ORDER BY usage_date
SELECT ascii('') AS x FROM charges ORDER BY usage_date
SELECT chr(65) AS x FROM charges ORDER BY usage_date
SELECT chr(233) AS x FROM charges ORDER BY usage_date
SELECT md5(service) AS x FROM charges ORDER BY usage_date
SELECT format('%s', team) AS x FROM charges ORDER BY usage_date
SELECT format('%s and %s', team, service) AS x FROM charges ORDER BY usage_date
SELECT format('100%%') AS x FROM charges ORDER BY usage_date
SELECT regexp_replace(service, 'a', 'X') AS x FROM charges ORDER BY usage_date
SELECT regexp_replace(service, 'a', 'X', 'g') AS x FROM charges ORDER BY usage_date
SELECT regexp_replace(service, 'A', 'X', 'gi') AS x FROM charges ORDER BY usage_date
SELECT regexp_replace(service, '(.)-(.)', '\2-\1') AS x FROM charges ORDER BY usage_date
SELECT regexp_replace(service, '\s', '_') AS x FROM charges ORDER BY usage_date
SELECT regexp_replace(service, '^.*-', '') AS x FROM charges ORDER BY usage_date
SELECT regexp_count(service, 'a') AS x FROM charges ORDER BY usage_date
SELECT regexp_like(service, 'a') AS x FROM charges ORDER BY usage_date
SELECT regexp_like(service, 'A', 'i') AS x FROM charges ORDER BY usage_date
SELECT regexp_substr(service, 'b-.') AS x FROM charges ORDER BY usage_date
SELECT regexp_substr(service, 'zz') AS x FROM charges ORDER BY usage_date
SELECT regexp_instr(service, 'a') AS x FROM charges ORDER BY usage_date
SELECT regexp_split_to_array(service, '-') AS x FROM charges ORDER BY usage_date
SELECT string_to_array(service, '-') AS x FROM charges ORDER BY usage_date
SELECT array_to_string(ARRAY['a',NULL,'b'], '-') AS x FROM charges ORDER BY usage_date
SELECT array_to_string(ARRAY['a',NULL,'b'], '-', '?') AS x FROM charges ORDER BY usage_date
SELECT array_to_string(ARRAY[1,2], ',') AS x FROM charges ORDER BY usage_date
SELECT to_char(usage_date, 'YYYY-MM') AS x FROM charges ORDER BY usage_date
SELECT to_char(usage_date, 'IYYY-IW') AS x FROM charges ORDER BY usage_date
SELECT to_char(usage_date, 'YYYY-"Q"Q') AS x FROM charges ORDER BY usage_date
SELECT to_char(usage_date, 'Mon YYYY') AS x FROM charges ORDER BY usage_date
SELECT to_char(usage_date, 'FMMonth') AS x FROM charges ORDER BY usage_date
SELECT to_char(usage_date, 'Dy') AS x FROM charges ORDER BY usage_date
SELECT to_char(usage_date, 'DD/MM/YY') AS x FROM charges ORDER BY usage_date
SELECT to_char(usage_date, 'DDD') AS x FROM charges ORDER BY usage_date
SELECT to_char(usage_date, 'ID') AS x FROM charges ORDER BY usage_date
SELECT to_char(usage_date, 'Q') AS x FROM charges ORDER BY usage_date
SELECT to_char(charge_period_start, 'YYYY-MM-DD HH24:MI:SS') AS x FROM charges ORDER BY usage_date
SELECT to_char(charge_period_start, 'HH12:MI AM') AS x FROM charges ORDER BY usage_date
SELECT to_char(charge_period_start, 'YYYY-MM-DD"T"HH24:MI') AS x FROM charges ORDER BY usage_date
SELECT to_char(usage_date, 'yyyy-mm') AS x FROM charges ORDER BY usage_date
SELECT date_trunc('day', charge_period_start) AS x FROM charges ORDER BY usage_date
SELECT date_trunc('hour', charge_period_start) AS x FROM charges ORDER BY usage_date
SELECT date_trunc('month', charge_period_start) AS x FROM charges ORDER BY usage_date
SELECT date_trunc('month', charge_period_start, 'America/New_York') AS x FROM charges ORDER BY usage_date
SELECT date_trunc('month', usage_date)::date AS x FROM charges ORDER BY usage_date
SELECT date_part('month', usage_date) AS x FROM charges ORDER BY usage_date
SELECT date_part('dow', usage_date) AS x FROM charges ORDER BY usage_date
SELECT date_part('isodow', usage_date) AS x FROM charges ORDER BY usage_date
SELECT date_part('week', usage_date) AS x FROM charges ORDER BY usage_date
SELECT date_part('epoch', charge_period_start) AS x FROM charges ORDER BY usage_date
SELECT date_part('second', charge_period_start) AS x FROM charges ORDER BY usage_date
SELECT date_part('quarter', usage_date) AS x FROM charges ORDER BY usage_date
SELECT date_part('century', usage_date) AS x FROM charges ORDER BY usage_date
SELECT date_part('day', AGE(usage_date, '2024-01-15')) AS x FROM charges ORDER BY usage_date
SELECT extract(dow from usage_date) AS x FROM charges ORDER BY usage_date
SELECT extract(isodow from usage_date) AS x FROM charges ORDER BY usage_date
SELECT extract(week from usage_date) AS x FROM charges ORDER BY usage_date
SELECT extract(isoyear from usage_date) AS x FROM charges ORDER BY usage_date
SELECT extract(doy from usage_date) AS x FROM charges ORDER BY usage_date
SELECT extract(epoch from charge_period_start) AS x FROM charges ORDER BY usage_date
SELECT extract(epoch from usage_date) AS x FROM charges ORDER BY usage_date
SELECT extract(second from charge_period_start) AS x FROM charges ORDER BY usage_date
SELECT extract(milliseconds from charge_period_start) AS x FROM charges ORDER BY usage_date
SELECT extract(microseconds from charge_period_start) AS x FROM charges ORDER BY usage_date
SELECT extract(hour from charge_period_start) AS x FROM charges ORDER BY usage_date
SELECT extract(decade from usage_date) AS x FROM charges ORDER BY usage_date
SELECT extract(century from usage_date) AS x FROM charges ORDER BY usage_date
SELECT extract(millennium from usage_date) AS x FROM charges ORDER BY usage_date
SELECT extract(julian from usage_date) AS x FROM charges ORDER BY usage_date
SELECT extract(julian from charge_period_start) AS x FROM charges ORDER BY usage_date
SELECT extract(timezone from charge_period_start) AS x FROM charges ORDER BY usage_date
SELECT extract(quarter from usage_date) AS x FROM charges ORDER BY usage_date
SELECT extract(year from usage_date) * 100 + extract(month from usage_date) AS x FROM charges ORDER BY usage_date
SELECT extract(epoch from charge_period_start - TIMESTAMPTZ '2024-01-01') / 86400 AS x FROM charges ORDER BY usage_date
SELECT extract(day from charge_period_start - TIMESTAMPTZ '2024-01-01') AS x FROM charges ORDER BY usage_date
SELECT date_bin('15 minutes', charge_period_start, TIMESTAMPTZ '2001-01-01') AS x FROM charges ORDER BY usage_date
SELECT date_bin(INTERVAL '7 days', charge_period_start, TIMESTAMPTZ '2001-01-01') AS x FROM charges ORDER BY usage_date
SELECT extract(day from age(usage_date, DATE '2024-01-15')) AS x FROM charges ORDER BY usage_date
SELECT extract(month from age(usage_date, DATE '2024-01-15')) AS x FROM charges ORDER BY usage_date
SELECT timezone('America/New_York', charge_period_start) AS x FROM charges ORDER BY usage_date
SELECT charge_period_start AT TIME ZONE 'America/New_York' AS x FROM charges ORDER BY usage_date
SELECT charge_period_start AT TIME ZONE 'UTC' AS x FROM charges ORDER BY usage_date
SELECT usage_date AT TIME ZONE 'UTC' AS x FROM charges ORDER BY usage_date
SELECT make_date(2026, 2, 1) AS x FROM charges ORDER BY usage_date
SELECT make_time(1, 2, 3.5) AS x FROM charges ORDER BY usage_date
SELECT make_timestamp(2026, 1, 2, 3, 4, 5) AS x FROM charges ORDER BY usage_date
SELECT make_timestamptz(2026, 1, 2, 3, 4, 5) AS x FROM charges ORDER BY usage_date
SELECT make_interval(days => 3) AS x FROM charges ORDER BY usage_date
SELECT make_interval(0, 0, 0, 3) AS x FROM charges ORDER BY usage_date
SELECT usage_date + make_interval(days => 3) AS x FROM charges ORDER BY usage_date
SELECT usage_date + make_interval(months => 1) AS x FROM charges ORDER BY usage_date
SELECT to_date('2026-01-02', 'YYYY-MM-DD') AS x FROM charges ORDER BY usage_date
SELECT to_date('01/02/2026', 'DD/MM/YYYY') AS x FROM charges ORDER BY usage_date
SELECT to_date('2026 Jan', 'YYYY Mon') AS x FROM charges ORDER BY usage_date
SELECT to_timestamp(0) AS x FROM charges ORDER BY usage_date
SELECT to_timestamp('2026-01-02 03:04', 'YYYY-MM-DD HH24:MI') AS x FROM charges ORDER BY usage_date
SELECT to_timestamp(1700000000.5) AS x FROM charges ORDER BY usage_date
SELECT date('2026-01-02') AS x FROM charges ORDER BY usage_date
SELECT date(charge_period_start) AS x FROM charges ORDER BY usage_date
SELECT usage_date - DATE '2026-01-01' AS x FROM charges ORDER BY usage_date
SELECT usage_date + 1 AS x FROM charges ORDER BY usage_date
SELECT usage_date - 1 AS x FROM charges ORDER BY usage_date
SELECT usage_date + INTERVAL '1 month' AS x FROM charges ORDER BY usage_date
SELECT usage_date + INTERVAL '1 day' AS x FROM charges ORDER BY usage_date
SELECT (usage_date + INTERVAL '1 month')::date AS x FROM charges ORDER BY usage_date
SELECT charge_period_start - INTERVAL '1 hour' AS x FROM charges ORDER BY usage_date
SELECT charge_period_start - TIMESTAMPTZ '2024-01-01' AS x FROM charges ORDER BY usage_date
SELECT usage_date::timestamptz AS x FROM charges ORDER BY usage_date
SELECT charge_period_start::date AS x FROM charges ORDER BY usage_date
SELECT charge_period_start::time AS x FROM charges ORDER BY usage_date
SELECT charge_period_start::timestamp AS x FROM charges ORDER BY usage_date
SELECT charge_period_start::text AS x FROM charges ORDER BY usage_date
SELECT usage_date::text AS x FROM charges ORDER BY usage_date
SELECT effective_cost::text AS x FROM charges ORDER BY usage_date
SELECT (effective_cost > 0)::text AS x FROM charges ORDER BY usage_date
SELECT 1.0::text AS x FROM charges ORDER BY usage_date
SELECT 1.5::double precision::text AS x FROM charges ORDER BY usage_date
SELECT 1e20::double precision::text AS x FROM charges ORDER BY usage_date
SELECT INTERVAL '1 day'::text AS x FROM charges ORDER BY usage_date
SELECT (effective_cost > 0)::int AS x FROM charges ORDER BY usage_date
SELECT coalesce(team, 'none') AS x FROM charges ORDER BY usage_date
SELECT nullif(team, 'search') AS x FROM charges ORDER BY usage_date
SELECT greatest(effective_cost, 1) AS x FROM charges ORDER BY usage_date
SELECT greatest(effective_cost, NULL) AS x FROM charges ORDER BY usage_date
SELECT least(effective_cost, NULL, 3) AS x FROM charges ORDER BY usage_date
SELECT num_nulls(team, service) AS x FROM charges ORDER BY usage_date
SELECT num_nonnulls(team, service) AS x FROM charges ORDER BY usage_date
SELECT array_length(string_to_array(service, '-'), 1) AS x FROM charges ORDER BY usage_date
SELECT array_position(ARRAY['a','b'], 'b') AS x FROM charges ORDER BY usage_date
SELECT array_position(ARRAY['a','b'], 'z') AS x FROM charges ORDER BY usage_date
SELECT array_append(ARRAY[1], 2) AS x FROM charges ORDER BY usage_date
SELECT array_remove(ARRAY[1,2,1], 1) AS x FROM charges ORDER BY usage_date
SELECT array_cat(ARRAY[1], ARRAY[2]) AS x FROM charges ORDER BY usage_date
SELECT cardinality(ARRAY[1,2]) AS x FROM charges ORDER BY usage_date
SELECT (ARRAY[1,2,3])[2] AS x FROM charges ORDER BY usage_date
SELECT (ARRAY[1,2,3])[0] AS x FROM charges ORDER BY usage_date
SELECT (ARRAY[1,2,3])[2:3] AS x FROM charges ORDER BY usage_date
SELECT (ARRAY[1,2,3])[-1] AS x FROM charges ORDER BY usage_date
SELECT (string_to_array(service, '-'))[1] AS x FROM charges ORDER BY usage_date
SELECT 1 = ANY(ARRAY[1,2]) AS x FROM charges ORDER BY usage_date
SELECT team = ANY(ARRAY['search','payments']) AS x FROM charges ORDER BY usage_date
SELECT team <> ALL(ARRAY['search','payments']) AS x FROM charges ORDER BY usage_date
SELECT 1 = SOME(ARRAY[1,2]) AS x FROM charges ORDER BY usage_date
SELECT ARRAY[1,2] @> ARRAY[1] AS x FROM charges ORDER BY usage_date
SELECT ARRAY[1,2] && ARRAY[2,3] AS x FROM charges ORDER BY usage_date
SELECT ARRAY[1] <@ ARRAY[1,2] AS x FROM charges ORDER BY usage_date
SELECT 0.0000042::numeric AS x FROM charges ORDER BY usage_date
SELECT (billed_cost::double precision)::numeric AS x FROM charges ORDER BY usage_date
SELECT billed_cost::numeric AS x FROM charges ORDER BY usage_date
SELECT billed_cost::numeric(10,2) AS x FROM charges ORDER BY usage_date
SELECT billed_cost::numeric(20,10) AS x FROM charges ORDER BY usage_date
SELECT billed_cost::decimal AS x FROM charges ORDER BY usage_date
SELECT CAST('0.000004' AS numeric) AS x FROM charges ORDER BY usage_date
SELECT CAST('0.000004' AS decimal) AS x FROM charges ORDER BY usage_date
SELECT billed_cost::int AS x FROM charges ORDER BY usage_date
SELECT 2.5::int AS x FROM charges ORDER BY usage_date
SELECT 3.5::int AS x FROM charges ORDER BY usage_date
SELECT -2.5::int AS x FROM charges ORDER BY usage_date
SELECT 2.5::double precision::int AS x FROM charges ORDER BY usage_date
SELECT effective_cost::bigint AS x FROM charges ORDER BY usage_date
SELECT '12'::int AS x FROM charges ORDER BY usage_date
SELECT ' 12 '::int AS x FROM charges ORDER BY usage_date
SELECT '1.5'::numeric AS x FROM charges ORDER BY usage_date
SELECT effective_cost::float AS x FROM charges ORDER BY usage_date
SELECT effective_cost::double precision AS x FROM charges ORDER BY usage_date
SELECT 'yes'::boolean AS x FROM charges ORDER BY usage_date
SELECT 't'::boolean AS x FROM charges ORDER BY usage_date
SELECT 1::boolean AS x FROM charges ORDER BY usage_date
SELECT 'abc'::varchar(2) AS x FROM charges ORDER BY usage_date
SELECT service::varchar(3) AS x FROM charges ORDER BY usage_date
SELECT service LIKE '10\% off%' AS x FROM charges ORDER BY usage_date
SELECT service LIKE '%\_Cat%' AS x FROM charges ORDER BY usage_date
SELECT service LIKE '%off_Cat%' AS x FROM charges ORDER BY usage_date
SELECT service LIKE '%\\s' AS x FROM charges ORDER BY usage_date
SELECT service LIKE '10!% off%' ESCAPE '!' AS x FROM charges ORDER BY usage_date
SELECT service NOT LIKE '10\% off%' AS x FROM charges ORDER BY usage_date
SELECT service ILIKE '%AMAZON%' AS x FROM charges ORDER BY usage_date
SELECT service ILIKE '%\_cat%' AS x FROM charges ORDER BY usage_date
SELECT service ~~ 'a%' AS x FROM charges ORDER BY usage_date
SELECT service ~ '^a' AS x FROM charges ORDER BY usage_date
SELECT service ~ 'a' AS x FROM charges ORDER BY usage_date
SELECT service ~* 'AMAZON' AS x FROM charges ORDER BY usage_date
SELECT service !~ 'a' AS x FROM charges ORDER BY usage_date
SELECT service !~* 'A' AS x FROM charges ORDER BY usage_date
SELECT service ~ '\d' AS x FROM charges ORDER BY usage_date
SELECT service ~ '^\w+$' AS x FROM charges ORDER BY usage_date
SELECT service ~ '[[:alpha:]]' AS x FROM charges ORDER BY usage_date
SELECT service ~ 'a|z' AS x FROM charges ORDER BY usage_date
SELECT service LIKE ANY(ARRAY['a%', '10\%%']) AS x FROM charges ORDER BY usage_date
SELECT service ILIKE ANY(ARRAY['A%', '10\%%']) AS x FROM charges ORDER BY usage_date
SELECT team || '-' || service AS x FROM charges ORDER BY usage_date
SELECT team || 1 AS x FROM charges ORDER BY usage_date
SELECT 1 || 'x' AS x FROM charges ORDER BY usage_date
SELECT usage_date || '' AS x FROM charges ORDER BY usage_date
SELECT effective_cost || '' AS x FROM charges ORDER BY usage_date
SELECT 'a' || NULL AS x FROM charges ORDER BY usage_date
SELECT team < 'b' AS x FROM charges ORDER BY usage_date
SELECT service > 'Z' AS x FROM charges ORDER BY usage_date
SELECT team BETWEEN 'a' AND 'q' AS x FROM charges ORDER BY usage_date
SELECT effective_cost BETWEEN SYMMETRIC 5 AND 1 AS x FROM charges ORDER BY usage_date
SELECT team IN ('search', NULL) AS x FROM charges ORDER BY usage_date
SELECT team NOT IN ('search', NULL) AS x FROM charges ORDER BY usage_date
SELECT team IS DISTINCT FROM 'search' AS x FROM charges ORDER BY usage_date
SELECT team IS NOT DISTINCT FROM NULL AS x FROM charges ORDER BY usage_date
SELECT (effective_cost > 0) IS TRUE AS x FROM charges ORDER BY usage_date
SELECT (effective_cost > 0) IS NOT TRUE AS x FROM charges ORDER BY usage_date
SELECT (effective_cost > 0) IS UNKNOWN AS x FROM charges ORDER BY usage_date
SELECT CASE WHEN effective_cost > 0 THEN 'pos' ELSE 'neg' END AS x FROM charges ORDER BY usage_date
SELECT CASE team WHEN 'search' THEN 1 END AS x FROM charges ORDER BY usage_date
SELECT CASE WHEN effective_cost > 0 THEN 1 ELSE 0.5 END AS x FROM charges ORDER BY usage_date
SELECT DATE '2026-01-31' + INTERVAL '1 month' AS x FROM charges ORDER BY usage_date
SELECT INTERVAL '1 month 2 days' AS x FROM charges ORDER BY usage_date
SELECT INTERVAL '90 minutes' AS x FROM charges ORDER BY usage_date
SELECT INTERVAL '1' DAY AS x FROM charges ORDER BY usage_date
SELECT INTERVAL '1 day' * 3 AS x FROM charges ORDER BY usage_date
SELECT effective_cost * billed_cost AS x FROM charges ORDER BY usage_date
SELECT effective_cost / billed_cost AS x FROM charges ORDER BY usage_date
SELECT effective_cost / nullif(usage_quantity, 0) AS x FROM charges ORDER BY usage_date
SELECT effective_cost * 0.000001 AS x FROM charges ORDER BY usage_date
SELECT effective_cost * 1000000 AS x FROM charges ORDER BY usage_date
SELECT (effective_cost * 100) / 3 AS x FROM charges ORDER BY usage_date
SELECT billed_cost * 0.1 * 0.1 * 0.1 AS x FROM charges ORDER BY usage_date
SELECT billed_cost / 1000 AS x FROM charges ORDER BY usage_date
SELECT billed_cost * billed_cost * billed_cost AS x FROM charges ORDER BY usage_date
SELECT 5 / 2 * 1.0 AS x FROM charges ORDER BY usage_date
SELECT effective_cost + 0.1 AS x FROM charges ORDER BY usage_date
SELECT effective_cost::numeric / 3 AS x FROM charges ORDER BY usage_date
SELECT 7::numeric / 2 AS x FROM charges ORDER BY usage_date
SELECT 7 / 2::numeric AS x FROM charges ORDER BY usage_date
SELECT 7.0 / 2 AS x FROM charges ORDER BY usage_date
SELECT 1 / 3::double precision AS x FROM charges ORDER BY usage_date
SELECT 100 * count(*) OVER () / 3 AS x FROM charges ORDER BY usage_date
SELECT 100.0 * count(*) OVER () / 3 AS x FROM charges ORDER BY usage_date
SELECT 2147483647::bigint + 1 AS x FROM charges ORDER BY usage_date
SELECT service COLLATE "C" < 'b' AS x FROM charges ORDER BY usage_date
SELECT random() < 2 AS x FROM charges ORDER BY usage_date
SELECT now() > TIMESTAMPTZ '2020-01-01' AS x FROM charges ORDER BY usage_date
SELECT statement_timestamp() > TIMESTAMPTZ '2020-01-01' AS x FROM charges ORDER BY usage_date
SELECT transaction_timestamp() > TIMESTAMPTZ '2020-01-01' AS x FROM charges ORDER BY usage_date
SELECT clock_timestamp() > TIMESTAMPTZ '2020-01-01' AS x FROM charges ORDER BY usage_date
SELECT current_date > DATE '2020-01-01' AS x FROM charges ORDER BY usage_date
SELECT current_timestamp > TIMESTAMPTZ '2020-01-01' AS x FROM charges ORDER BY usage_date
SELECT current_date - 7 > DATE '2020-01-01' AS x FROM charges ORDER BY usage_date
SELECT current_date AS x FROM charges ORDER BY usage_date
SELECT current_timestamp IS NULL AS x FROM charges ORDER BY usage_date
SELECT localtime IS NULL AS x FROM charges ORDER BY usage_date
SELECT localtimestamp IS NULL AS x FROM charges ORDER BY usage_date
SELECT now()::date - usage_date > 0 AS x FROM charges ORDER BY usage_date
SELECT current_date - INTERVAL '30 days' > '2020-01-01' AS x FROM charges ORDER BY usage_date
SELECT age(usage_date) IS NULL AS x FROM charges ORDER BY usage_date
SELECT -effective_cost AS x FROM charges ORDER BY usage_date
SELECT +effective_cost AS x FROM charges ORDER BY usage_date
SELECT NOT (effective_cost > 0) AS x FROM charges ORDER BY usage_date
SELECT NULL::text AS x FROM charges ORDER BY usage_date
SELECT usage_date = '2026-01-01' AS x FROM charges ORDER BY usage_date
SELECT usage_date > '2026-01-01'::timestamp AS x FROM charges ORDER BY usage_date
SELECT charge_period_start >= '2026-01-01' AS x FROM charges ORDER BY usage_date
SELECT charge_period_start = DATE '2026-01-01' AS x FROM charges ORDER BY usage_date
SELECT charge_period_start::date = usage_date AS x FROM charges ORDER BY usage_date
SELECT usage_date IN (DATE '2026-01-01') AS x FROM charges ORDER BY usage_date
SELECT service = 'A-B-C' AS x FROM charges ORDER BY usage_date
SELECT service = 'a-b-c ' AS x FROM charges ORDER BY usage_date
SELECT length('é') AS x FROM charges ORDER BY usage_date
SELECT substr(service, strpos(service, '-') - 2) AS x FROM charges ORDER BY usage_date
SELECT substr(service, strpos(service, '-') - 2, 4) AS x FROM charges ORDER BY usage_date
SELECT substring(service from 1 for strpos(service, '-')) AS x FROM charges ORDER BY usage_date
SELECT substr(service, NULL::int) AS x FROM charges ORDER BY usage_date
SELECT substring(service from '[(]') AS x FROM charges ORDER BY usage_date
SELECT substring(service from 'b(?:-)c') AS x FROM charges ORDER BY usage_date
SELECT to_char(usage_date, '"Q"Q YYYY') AS x FROM charges ORDER BY usage_date
SELECT to_char(usage_date, 'FMDay DD.MM.YY') AS x FROM charges ORDER BY usage_date
SELECT to_char(usage_date, 'YYYYMMDD') AS x FROM charges ORDER BY usage_date
SELECT string_to_array('', '-') AS x FROM charges ORDER BY usage_date
SELECT cardinality(string_to_array('', '-')) AS x FROM charges ORDER BY usage_date
SELECT array_length(string_to_array('', '-'), 1) AS x FROM charges ORDER BY usage_date
SELECT div(0.9, 0.3) AS x FROM charges ORDER BY usage_date
SELECT div(7, -2) AS x FROM charges ORDER BY usage_date
SELECT div(effective_cost, -0.3) AS x FROM charges ORDER BY usage_date
SELECT usage_date AT TIME ZONE 'America/New_York' AS x FROM charges ORDER BY usage_date
SELECT timezone('America/New_York', usage_date) AS x FROM charges ORDER BY usage_date
SELECT timezone('America/New_York', usage_date::timestamptz) AS x FROM charges ORDER BY usage_date
SELECT date_trunc('month', charge_period_start) AT TIME ZONE 'America/New_York' AS x FROM charges ORDER BY usage_date
SELECT service LIKE ANY(ARRAY['a%', '%\%%']) AS x FROM charges ORDER BY usage_date
SELECT service NOT LIKE ALL(ARRAY['a%', '%\%%']) AS x FROM charges ORDER BY usage_date
SELECT service NOT LIKE ANY(ARRAY['a%', '%\%%']) AS x FROM charges ORDER BY usage_date
SELECT service LIKE SOME(ARRAY['a%']) AS x FROM charges ORDER BY usage_date
SELECT service LIKE team || '%' AS x FROM charges ORDER BY usage_date
SELECT NOT service LIKE '%\%%' AS x FROM charges ORDER BY usage_date
SELECT service LIKE '%\%%' AND team LIKE '%\_%' AS x FROM charges ORDER BY usage_date
SELECT (service LIKE '%\%%') IS NULL AS x FROM charges ORDER BY usage_date
SELECT service COLLATE "default" < 'b' AS x FROM charges ORDER BY usage_date
SELECT regexp_like(service, '^A', 'i') AS x FROM charges ORDER BY usage_date
SELECT current_date::text = to_char(now(), 'YYYY-MM-DD') AS x FROM charges ORDER BY usage_date
SELECT now()::time IS NULL AS x FROM charges ORDER BY usage_date
SELECT (date_trunc('month', usage_date) + INTERVAL '1 month')::time AS x FROM charges ORDER BY usage_date
SELECT make_interval(weeks => 1) AS x FROM charges ORDER BY usage_date
SELECT make_interval(hours => 1, mins => 30) AS x FROM charges ORDER BY usage_date
SELECT usage_date + make_interval(years => 1, weeks => 1) AS x FROM charges ORDER BY usage_date
SELECT sum(effective_cost::numeric) OVER () AS x FROM charges ORDER BY usage_date
SELECT round((effective_cost / 3)::numeric, 2) AS x FROM charges ORDER BY usage_date
SELECT round(effective_cost::numeric * 100 / 7, 4) AS x FROM charges ORDER BY usage_date
SELECT (effective_cost * 1.0)::numeric AS x FROM charges ORDER BY usage_date
SELECT (1e15)::numeric AS x FROM charges ORDER BY usage_date
SELECT count(*) OVER ()::numeric / 7 AS x FROM charges ORDER BY usage_date
SELECT 100.0 * effective_cost::numeric / 123456789 AS x FROM charges ORDER BY usage_date
SELECT round(100 * billed_cost::numeric / sum(billed_cost) OVER (), 2) AS x FROM charges ORDER BY usage_date
SELECT billed_cost::numeric * 1000000 AS x FROM charges ORDER BY usage_date
SELECT billed_cost::numeric * effective_cost::numeric AS x FROM charges ORDER BY usage_date
SELECT effective_cost::numeric::int AS x FROM charges ORDER BY usage_date
SELECT '2026-01-31'::date + 1 AS x FROM charges ORDER BY usage_date
SELECT date_part('epoch', usage_date) AS x FROM charges ORDER BY usage_date
SELECT (usage_date::text)::date = usage_date AS x FROM charges ORDER BY usage_date
SELECT extract(epoch from make_interval(days => 2)) AS x FROM charges ORDER BY usage_date
SELECT nullif(effective_cost, 1.25) AS x FROM charges ORDER BY usage_date
SELECT num_nulls(team, effective_cost, usage_quantity) AS x FROM charges ORDER BY usage_date
SELECT octet_length('é') AS x FROM charges ORDER BY usage_date
SELECT md5(team) AS x FROM charges ORDER BY usage_date
SELECT array_agg(team) OVER (ORDER BY usage_date) AS x FROM charges ORDER BY usage_date
SELECT string_agg(team, ',') OVER (ORDER BY usage_date) AS x FROM charges ORDER BY usage_date
SELECT avg(effective_cost) OVER (PARTITION BY lower(team)) AS x FROM charges ORDER BY usage_date
SELECT lag(team, 1, 'x') OVER (ORDER BY usage_date) AS x FROM charges ORDER BY usage_date
SELECT to_timestamp(0)::date AS x FROM charges ORDER BY usage_date
SELECT to_date('20260102', 'YYYYMMDD') AS x FROM charges ORDER BY usage_date
SELECT to_timestamp('2026-01-02', 'YYYY-MM-DD') AS x FROM charges ORDER BY usage_date
SELECT bool_and(effective_cost > 0) OVER () AS x FROM charges ORDER BY usage_date
SELECT effective_cost::text LIKE '1%' AS x FROM charges ORDER BY usage_date
SELECT team, sum(effective_cost) FROM charges GROUP BY team ORDER BY team
SELECT team, sum(effective_cost) FROM charges GROUP BY team ORDER BY team DESC
SELECT team FROM charges ORDER BY 1 NULLS FIRST
SELECT service FROM charges ORDER BY service
SELECT team, grouping(team), sum(effective_cost) FROM charges GROUP BY ROLLUP(team) ORDER BY 2, 1
SELECT team, service, grouping(team, service), count(*) FROM charges GROUP BY CUBE(team, service) ORDER BY 3,1,2
SELECT DISTINCT ON (lower(team)) team, effective_cost FROM charges ORDER BY lower(team), effective_cost
SELECT current_date FROM charges
SELECT current_timestamp IS NULL AS x, count(*) AS current_date FROM charges GROUP BY 1
SELECT localtime IS NULL AS "current_time" FROM charges
SELECT every(effective_cost > 0) FROM charges
SELECT g.g, count(*) FROM generate_series(1, 3) AS g(g), charges GROUP BY 1 ORDER BY 1
SELECT g::date, count(c.team) FROM generate_series(DATE '2026-01-01', DATE '2026-01-03', INTERVAL '1 day') g LEFT JOIN charges c ON c.usage_date = g::date GROUP BY 1 ORDER BY 1
SELECT generate_series(1, 3), count(*) FROM charges GROUP BY 1 ORDER BY 1
SELECT unnest(string_to_array(service, '-')) AS p FROM charges ORDER BY 1
SELECT p FROM charges, unnest(string_to_array(service, '-')) AS p ORDER BY 1
SELECT p.x, p.n FROM charges, unnest(string_to_array(service, '-')) WITH ORDINALITY AS p(x, n) ORDER BY 1, 2
SELECT regexp_split_to_table(service, '-') AS p FROM charges ORDER BY 1
SELECT generate_subscripts(ARRAY[5,6], 1) AS s, count(*) FROM charges GROUP BY 1 ORDER BY 1
SELECT team FROM charges FETCH FIRST 2 ROWS ONLY
SELECT effective_cost FROM charges ORDER BY effective_cost FETCH FIRST 1 ROWS WITH TIES
SELECT team FROM charges ORDER BY team LIMIT 1 OFFSET 1
SELECT team FROM charges UNION SELECT service FROM charges ORDER BY 1
SELECT team FROM charges EXCEPT SELECT lower(team) FROM charges
SELECT team FROM charges EXCEPT ALL SELECT lower(team) FROM charges
SELECT a.team FROM charges a NATURAL JOIN charges b
SELECT a.team, b.team FROM charges a FULL JOIN charges b ON a.team = lower(b.team) AND a.team <> b.team ORDER BY 1, 2
SELECT a.team, l.n FROM charges a CROSS JOIN LATERAL (SELECT count(*) AS n FROM charges b WHERE b.usage_date < a.usage_date) l ORDER BY 2
SELECT team, (SELECT max(effective_cost) FROM charges b WHERE b.team = a.team) FROM charges a ORDER BY 1
SELECT sum(effective_cost) FROM charges WHERE team = ANY(SELECT lower(team) FROM charges)
SELECT count(*) FROM charges HAVING count(*) > 100
SELECT sum(effective_cost) OVER w, team FROM charges WINDOW w AS (ORDER BY usage_date) ORDER BY usage_date
SELECT v.x, count(*) FROM charges, (VALUES (1), (2)) AS v(x) GROUP BY 1 ORDER BY 1
SELECT count(*) AS n, team AS "Team" FROM charges GROUP BY "Team" ORDER BY n, "Team"
SELECT sum(effective_cost) AS effective_cost FROM charges GROUP BY effective_cost ORDER BY effective_cost
SELECT upper(team) AS team, count(*) FROM charges GROUP BY team ORDER BY 1
SELECT upper(team) AS team FROM charges WHERE team = 'search'
SELECT team AS t FROM charges WHERE team IS NOT NULL ORDER BY t LIMIT 1
SELECT lower(team) AS team, count(*) FROM charges GROUP BY 1 HAVING count(team) > 1
SELECT extract(month from usage_date) AS m, count(*) FROM charges GROUP BY m ORDER BY m
SELECT effective_cost * 2 AS effective_cost FROM charges ORDER BY effective_cost
SELECT -effective_cost AS effective_cost FROM charges ORDER BY effective_cost
SELECT -effective_cost AS effective_cost FROM charges ORDER BY abs(effective_cost)
SELECT * FROM (SELECT team, row_number() OVER (PARTITION BY lower(team) ORDER BY effective_cost DESC) AS r FROM charges) x WHERE r = 1 ORDER BY 1
SELECT count(*) FROM charges WHERE usage_date BETWEEN '2026-01-01' AND '2026-02-28'
SELECT count(*) FROM charges WHERE charge_period_start BETWEEN '2026-01-01' AND '2026-02-28 23:00'
SELECT count(*) FROM charges WHERE team NOT IN (SELECT team FROM charges)
SELECT corr(effective_cost, extract(epoch from usage_date)) FROM charges
SELECT stddev(power(10, 200)) AS x FROM charges
SELECT sum(effective_cost) / sum(effective_cost) OVER () FROM charges GROUP BY effective_cost ORDER BY 1
SELECT round(100.0 * sum(effective_cost) / sum(sum(effective_cost)) OVER (), 2) AS pct FROM charges GROUP BY team ORDER BY 1
SELECT avg(effective_cost)::numeric(10,2) AS a FROM charges
SELECT a.team FROM charges a JOIN charges b USING (team) ORDER BY 1
TABLE charges
SELECT EXISTS (SELECT 1 FROM charges WHERE team = 'zz') AS e FROM charges
SELECT current_timestamp IS NULL, localtimestamp IS NULL FROM charges
SELECT corr(effective_cost, 1) OVER () AS x FROM charges
SELECT p, n FROM charges, unnest(string_to_array(service, '-')) WITH ORDINALITY AS u(p, n) ORDER BY 1, 2
SELECT div(1, 2), count(*) FROM charges
SELECT current_date AS today, current_date - usage_date FROM charges ORDER BY 2
SELECT max(x."current_date") FROM (SELECT current_date FROM charges) x
SELECT DISTINCT current_date FROM charges
SELECT team, current_date FROM charges GROUP BY team, current_date ORDER BY 1
SELECT concat(effective_cost > 0, team IS NULL, '-') AS x FROM charges ORDER BY usage_date
SELECT concat_ws(',', effective_cost > 0, team) AS x FROM charges ORDER BY usage_date
SELECT format('%s: %s%%', team, effective_cost > 0) AS x FROM charges ORDER BY usage_date
SELECT upper(team) AS x, initcap(team) AS y FROM charges ORDER BY usage_date
SELECT CAST(date_trunc('quarter', usage_date) - INTERVAL '1 day' AS date) AS x FROM charges ORDER BY usage_date
SELECT extract(epoch FROM date_trunc('month', usage_date)) AS x FROM charges ORDER BY usage_date
SELECT to_char(date_trunc('quarter', usage_date), 'YYYY-"Q"Q') AS x, sum(effective_cost) AS c FROM charges GROUP BY 1 ORDER BY 1
