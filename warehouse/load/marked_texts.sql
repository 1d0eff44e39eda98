-- Returns the texts published on $day that represent their copy group, with their story marks.
SELECT m.article_id, m.published_at, m.marks
FROM core.story_mark m
LEFT JOIN (SELECT article_id, is_canonical FROM core.copy_group WHERE day = $day) g ON g.article_id = m.article_id
WHERE m.day = $day AND coalesce(g.is_canonical, true)
