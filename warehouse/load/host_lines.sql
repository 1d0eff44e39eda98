-- Returns host and line_hash of the active boilerplate of $hosts (of every host with $any_host).
SELECT host, line_hash FROM core.boilerplate_line
WHERE active AND ($any_host OR host IN (SELECT unnest($hosts::VARCHAR[])))
