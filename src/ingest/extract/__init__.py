"""Pages become articles: trafilatura as the engine, news rules and wire rules around it. Pure: values in,
values out."""
