SELECT lower(service), upper(team), initcap(environment), length(service), char_length(team), left(service, 3), right(service, 3), reverse(team) FROM daily_costs ORDER BY service, team LIMIT 3

SELECT trim(service), trim(both 'x' from team), trim(leading '0' from account_id), trim(trailing from region), btrim(team, 'ch'), ltrim(account_id, '0'), rtrim(team, 't') FROM daily_costs ORDER BY service, team, account_id LIMIT 3

SELECT substring(service from 1 for 6), substring(service, 2, 3), substring(service from 3), substring(service for 4), substr(service, 2), substring(service from 'A[a-z]+') FROM daily_costs ORDER BY service LIMIT 3

SELECT position('a' in service), strpos(service, 'a'), split_part(region, '-', 1), replace(region, '-', '_'), translate(region, 'abc', 'xyz'), overlay(region placing 'XX' from 1 for 2) FROM daily_costs WHERE region IS NOT NULL ORDER BY service, region LIMIT 3

SELECT concat(provider, ': ', service), concat_ws(' / ', team, environment, application), provider || ' ' || service AS label, team || 1 FROM daily_costs ORDER BY 1, 2 LIMIT 3

SELECT regexp_replace(account_id, '[0-9]', '#', 'g'), regexp_replace(service, '^Amazon ', ''), (regexp_match(region, '([a-z]+)-([a-z]+)'))[1], regexp_count(service, 'a'), regexp_substr(service, '[A-Z]+') FROM daily_costs WHERE region IS NOT NULL ORDER BY service, account_id, region LIMIT 3

SELECT lpad(round(effective_cost)::text, 10, '0'), rpad(service, 30, '.'), repeat('=', 5), repeat('#', (effective_cost / 100)::int) AS bar FROM daily_costs ORDER BY effective_cost, service LIMIT 3

SELECT round(effective_cost, 2), round(effective_cost), ceil(effective_cost), ceiling(effective_cost), floor(effective_cost), trunc(effective_cost, 1), abs(-effective_cost), sign(effective_cost), mod(effective_cost::int, 7), effective_cost % 7, power(2, 10), 2 ^ 10, sqrt(effective_cost), cbrt(27), exp(1), ln(10), log(100), log(2, 8), div(7, 2) FROM daily_costs ORDER BY effective_cost LIMIT 3

SELECT greatest(list_cost, billed_cost), least(list_cost, billed_cost, effective_cost), coalesce(region, 'global', 'x'), nullif(team, 'search') FROM daily_costs ORDER BY 1, 2, 3, 4 LIMIT 3

SELECT service FROM daily_costs WHERE service ILIKE '%ec2%' OR service LIKE 'Amazon%' OR service NOT LIKE 'A\_%' OR service LIKE '50!%%' ESCAPE '!' GROUP BY 1 ORDER BY 1

SELECT service FROM daily_costs WHERE service ~ '^Amazon' OR service ~* 'compute' OR service !~ 'x' OR service !~* 'Y' GROUP BY 1 ORDER BY 1

SELECT service FROM daily_costs WHERE service SIMILAR TO '(Amazon|Azure)%' OR service NOT SIMILAR TO 'x%' GROUP BY 1 ORDER BY 1

SELECT service FROM daily_costs WHERE service LIKE ANY (ARRAY['Amazon%', 'Azure%']) OR service ILIKE ALL (ARRAY['a%', '%e%']) GROUP BY 1 ORDER BY 1

SELECT count(*) FROM daily_costs WHERE region IS DISTINCT FROM 'eu-west-1' AND team IS NOT DISTINCT FROM NULL

SELECT count(*) FROM daily_costs WHERE effective_cost BETWEEN SYMMETRIC 100 AND 1 AND usage_date NOT BETWEEN '2020-01-01' AND '2020-12-31'

SELECT count(*) FROM daily_costs WHERE (effective_cost > 10) IS TRUE AND (team = 'x') IS NOT TRUE AND (team = 'y') IS NOT UNKNOWN OR region ISNULL OR region NOTNULL

SELECT count(*) FROM daily_costs WHERE NOT (environment = 'prod' AND team IN ('checkout', 'search')) AND environment NOT IN ('dev') AND service != 'x' AND service <> 'y'

SELECT 7 / 2 AS whole, 7 / 2.0 AS half, 7 % 4, -7 / 2, 2 + 3 * 4 - 1, (2 + 3) * 4, - - 3, +4, 10 - (3 - 2), 2 * (3 + 4) / 7, 100 / 10 / 2, 2 ^ 3 ^ 2, -2 ^ 2

SELECT effective_cost::int, effective_cost::bigint, effective_cost::float, effective_cost::real, effective_cost::decimal(10, 2), CAST(effective_cost AS double precision), CAST(usage_date AS text), CAST('2026-10-01' AS date), '12.5'::numeric, 'true'::boolean, 1::varchar(10), 5::smallint, effective_cost::money FROM daily_costs ORDER BY 1 LIMIT 2

SELECT CASE WHEN effective_cost > 100 THEN 'big' WHEN effective_cost > 10 THEN 'middle' ELSE 'small' END AS size, count(*) FROM daily_costs GROUP BY size ORDER BY size

SELECT CASE team WHEN 'checkout' THEN 1 WHEN 'search' THEN 2 END AS t, count(*) FROM daily_costs GROUP BY 1 ORDER BY 1

SELECT CASE WHEN team IS NULL THEN service ELSE team END, CASE WHEN true THEN 1 END::text, effective_cost::date IS NULL FROM (SELECT team, service, NULL::text AS effective_cost FROM daily_costs) q GROUP BY 1, 2, 3 ORDER BY 1

SELECT service COLLATE "C" AS s FROM daily_costs GROUP BY 1 ORDER BY service COLLATE "C" DESC

SELECT 'it''s', 'a "quoted" word', 'back\slash', 'semi;colon', '-- no comment', '/* nor this */', 'percent %s %d', 'new
line', '', 'ünïcödé', '$1', ':name', '?'

SELECT 1e3, 1.5e-2, .5, 100000000000, 0.1 + 0.2 = 0.3

SELECT string_to_array('a,b,c', ','), array_length(ARRAY[1, 2, 3], 1), cardinality(ARRAY['a']), array_to_string(ARRAY['a', 'b'], '-'), ARRAY[1, 2] && ARRAY[2], ARRAY[1, 2] @> ARRAY[2], ARRAY[1] <@ ARRAY[1, 2], (ARRAY[4, 5, 6])[2]

SELECT unnest(ARRAY['a', 'b']) AS x ORDER BY x

SELECT x, n FROM unnest(ARRAY['a', 'b'], ARRAY[1, 2]) AS t(x, n) ORDER BY n

SELECT format('%s: %s', provider, service) AS name FROM daily_costs GROUP BY 1 ORDER BY 1

SELECT starts_with(service, 'Amazon'), md5(service), ascii(service), to_number('1,234.5', '9G999D9') FROM daily_costs ORDER BY service LIMIT 2

SELECT num_nulls(region, team), num_nonnulls(region, team) FROM daily_costs ORDER BY 1, 2 LIMIT 2

SELECT usage_date AS day, effective_cost * 1.19 AS gross, -effective_cost AS negative, effective_cost / NULLIF(usage_quantity, 0) AS unit_cost FROM daily_costs WHERE usage_quantity > 0 ORDER BY 1, 2 LIMIT 5

SELECT (effective_cost > 10 AND team IS NOT NULL) AS flag, NOT (region IS NULL) AS placed FROM daily_costs GROUP BY 1, 2 ORDER BY 1, 2

SELECT provider, service, region FROM daily_costs WHERE (provider = 'AWS' OR provider = 'Microsoft') AND (region LIKE 'eu-%' OR region IS NULL) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3

SELECT string_agg(DISTINCT team, E'\n' ORDER BY team DESC) AS lines, E'a\tb', E'plain', E'it''s' FROM daily_costs

SELECT (array_agg(effective_cost ORDER BY effective_cost DESC))[1:3] AS top, (ARRAY[1, 2, 3, 4])[2:3] FROM daily_costs
