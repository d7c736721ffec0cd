"""The usual names of an article's fields in front matter and records, and the field each one means."""

from __future__ import annotations

NAMES: dict[str, tuple[str, ...]] = {
    "title": ("title", "headline", "article_title", "heading"),
    "summary": ("summary", "description", "excerpt", "dek", "abstract", "standfirst", "subtitle", "lead", "teaser",
                "meta_description"),
    "author": ("author", "authors", "byline", "creator", "writer", "by", "author_name"),
    "contributor": ("contributor", "contributors"),
    "publisher": ("publisher", "outlet", "publication", "site_name", "sitename", "newspaper", "media"),
    "source": ("source", "source_name", "site", "website"),
    "section": ("section", "category", "categories", "channel", "rubric", "topic", "article_section"),
    "tag": ("tags", "keywords", "tag", "keyword", "topics", "labels"),
    "published": ("published", "date", "pubdate", "published_at", "date_published", "datepublished", "publish_date",
                  "publication_date", "publicationdate", "created", "created_at", "date_publish", "published_date",
                  "publishedat", "published_time", "pub_date", "timestamp", "first_published", "posted", "datetime"),
    "modified": ("modified", "updated", "updated_at", "lastmod", "date_modified", "datemodified", "last_modified",
                 "modified_at", "last_updated", "update_date", "updatedat", "date_modify"),
    "fetched_at": (
        "fetched_at", "fetched", "fetch_time", "fetch_date", "date_fetched", "crawled_at", "crawled", "crawl_time",
        "crawl_date", "crawl_datetime", "crawl_timestamp", "date_crawled", "scraped_at", "scraped", "scrape_time",
        "scrape_date", "scraping_date", "scrape_timestamp", "date_scraped", "downloaded_at", "downloaded",
        "download_date", "download_time", "date_download", "date_downloaded", "retrieved_at", "retrieved",
        "retrieval_date", "date_retrieved", "accessed_at", "accessed", "access_date", "date_accessed", "archived_at",
        "warc_date",
    ),
    "url": ("url", "link", "permalink", "source_url", "original_url", "href", "article_url", "web_url"),
    "canonical_url": ("canonical", "canonical_url", "canonical_link"),
    "language": ("language", "lang", "locale"),
    "license": ("license", "licence"),
    "rights": ("copyright", "rights"),
    "dateline": ("dateline",),
    "agency": ("agency", "news_agency"),
    "comment_count": ("comment_count", "comments_count", "num_comments"),
    "correction": ("correction", "corrections"),
    "source_id": ("id", "article_id", "uuid", "guid", "_id"),
}  # fmt: skip
"""Field → its names; how they are spelled (`pubDate`, `pub-date`, `Pub Date`) is all one.  `source` is an outlet, an
address, or `Person, Outlet`: which, is for metadata to see."""

_BETWEEN = str.maketrans("", "", "_- ")


def folded(key: str) -> str:
    """A key as keys are compared: in lower case, its words run together."""
    return key.strip().lower().translate(_BETWEEN)


FIELD_OF_KEY = {folded(name): field for field, names in NAMES.items() for name in names}
