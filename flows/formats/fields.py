"""The usual names of an article's fields in front matter and records, and the field each one means."""

from __future__ import annotations

NAMES: dict[str, tuple[str, ...]] = {
    "title": (
        "title", "headline", "article_title", "heading", "titel", "otsikko", "título", "titulo", "titolo",
        "titre", "tytuł", "tytul", "başlık", "baslik", "judul", "заголовок", "название", "标题", "標題",
        "タイトル", "제목", "العنوان", "शीर्षक",
    ),
    "summary": (
        "summary", "description", "excerpt", "dek", "abstract", "standfirst", "subtitle", "lead", "teaser",
        "meta_description", "zusammenfassung", "vorspann", "untertitel", "résumé", "chapô", "chapo", "resumen",
        "entradilla", "subtítulo", "subtitulo", "resumo", "sommario", "sottotitolo", "ingress", "摘要", "描述",
        "概要", "аннотация",
    ),
    "author": (
        "author", "authors", "byline", "creator", "writer", "by", "author_name", "autor", "autorin", "autoren",
        "autores", "autora", "auteur", "auteurs", "autrice", "autore", "autori", "författare", "forfatter",
        "kirjoittaja", "yazar", "penulis", "автор", "авторы", "作者", "记者", "記者", "著者", "筆者", "저자",
        "기자", "الكاتب", "लेखक",
    ),
    "contributor": ("contributor", "contributors"),
    "publisher": (
        "publisher", "outlet", "publication", "site_name", "sitename", "newspaper", "media", "zeitung",
        "редакция", "媒体",
    ),
    "source": (
        "source", "source_name", "site", "website", "quelle", "fuente", "fonte", "bron", "källa", "kilde",
        "źródło", "kaynak", "источник", "来源", "來源", "出典", "출처", "المصدر", "स्रोत",
    ),
    "section": (
        "section", "category", "categories", "channel", "rubric", "topic", "article_section", "kategorie",
        "ressort", "rubrique", "catégorie", "categorie", "sección", "seccion", "categoría", "categoria",
        "editoria", "sezione", "kategoria", "kategori", "рубрика", "раздел", "категория", "栏目", "频道",
        "分类", "カテゴリ", "섹션",
    ),
    "tag": (
        "tags", "keywords", "tag", "keyword", "topics", "labels", "schlagworte", "schlagwörter", "stichworte",
        "etiquetas", "palabras_clave", "mots_clés", "mots_cles", "étiquettes", "parole_chiave",
        "słowa_kluczowe", "теги", "метки", "标签", "タグ", "태그",
    ),
    "published": (
        "published", "date", "pubdate", "published_at", "date_published", "datepublished", "publish_date",
        "publication_date", "publicationdate", "created", "created_at", "date_publish", "published_date",
        "publishedat", "published_time", "pub_date", "timestamp", "first_published", "posted", "datetime",
        "datum", "veröffentlicht", "veroeffentlicht", "erschienen", "veröffentlichungsdatum",
        "erscheinungsdatum", "date_de_publication", "publié", "publié_le", "fecha", "fecha_publicacion",
        "fecha_de_publicación", "fecha_de_publicacion", "publicado", "data", "data_publicacao",
        "data_de_publicação", "data_de_publicacao", "data_pubblicazione", "pubblicato", "data_publikacji",
        "publicerad", "dato", "publisert", "tarih", "yayın_tarihi", "tanggal", "дата", "дата_публикации",
        "опубликовано", "日期", "发布时间", "发布日期", "時間", "公開日", "日付", "날짜", "입력", "التاريخ",
        "تاريخ_النشر", "तारीख",
    ),
    "modified": (
        "modified", "updated", "updated_at", "lastmod", "date_modified", "datemodified", "last_modified",
        "modified_at", "last_updated", "update_date", "updatedat", "date_modify", "aktualisiert", "geändert",
        "zuletzt_aktualisiert", "mis_à_jour", "modifié", "actualizado", "modificado", "atualizado",
        "aggiornato", "zaktualizowano", "uppdaterad", "oppdatert", "güncelleme", "обновлено", "изменено",
        "更新时间", "更新日", "수정",
    ),
    "fetched_at": (
        "fetched_at", "fetched", "fetch_time", "fetch_date", "date_fetched", "crawled_at", "crawled",
        "crawl_time", "crawl_date", "crawl_datetime", "crawl_timestamp", "date_crawled", "scraped_at",
        "scraped", "scrape_time", "scrape_date", "scraping_date", "scrape_timestamp", "date_scraped",
        "downloaded_at", "downloaded", "download_date", "download_time", "date_download", "date_downloaded",
        "retrieved_at", "retrieved", "retrieval_date", "date_retrieved", "accessed_at", "accessed",
        "access_date", "date_accessed", "archived_at", "warc_date",
    ),
    "url": (
        "url", "link", "permalink", "source_url", "original_url", "href", "article_url", "web_url", "enlace",
        "lien", "ссылка", "链接", "网址",
    ),
    "canonical_url": ("canonical", "canonical_url", "canonical_link"),
    "language": (
        "language", "lang", "locale", "sprache", "langue", "idioma", "lingua", "língua", "språk", "język",
        "dil", "язык", "语言", "言語", "언어",
    ),
    "license": (
        "license", "licence", "lizenz", "licencia", "licença", "licenza",
    ),
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
