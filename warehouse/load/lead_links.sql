UPDATE core.alias l SET url_key = s.url_key FROM staged s WHERE l.link_key = s.link_key AND l.kind = 'link'
