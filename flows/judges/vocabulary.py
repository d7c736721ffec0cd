"""Words that sites use to speak for themselves, in the languages with the most news; where words are not spaced, pairs
of characters.  They are counted, as evidence among other evidence: none of them cuts anything alone.

`HOUSEKEEPING`: consent, accounts, rights.  `INVITING`: sharing, comments, further reading.  `PICTURING`: pictures and
their credits.
"""

from __future__ import annotations


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


HOUSEKEEPING = _words(
    "cookie cookies consent privacy gdpr javascript browser login signup register registrieren anmelden password "
    "account konto cuenta compte newsletter newsletters subscribe subscription subscriber subscribers "
    "subscriptions abonnieren abonnement abonnés abonnez suscríbete suscripción suscriptores assinante assine "
    "abbonati iscriviti datenschutz impressum nutzungsbedingungen agb terms conditions copyright reserved "
    "vorbehalten réservés reservados riservati rights licence license affiliate advertisement advertising "
    "advertisements anzeige werbung publicité publicidad publicidade reklam реклама подписка подписаться "
    "авторизация einwilligung zustimmung personvern informasjonskapsler integritet kakor gizlilik çerez abone 登录 "
    "登入 注册 註冊 订阅 訂閱 版权 版權 隐私 会員 登録 広告 規約 著作 転載 로그인 회원가입 구독 "
    "광고 무단 저작권자 تسجيل الاشتراك حقوق محفوظة सदस्यता विज्ञापन"
)
INVITING = _words(
    "facebook twitter whatsapp instagram linkedin pinterest telegram youtube bluesky threads tiktok email mail "
    "share sharing teilen partager compartir compartilhar condividi dela del paylaş поделиться follow folgen "
    "suivez síguenos siga comment comments kommentar kommentare kommentieren commentaires comentarios comentários "
    "commenti комментарии yorum reply replies antworten related more mehr plus más mais read lesen lire leer leia "
    "leggi popular trending recommended meistgelesen empfohlen also auch aussi también également verwandte "
    "similar tags tag topics themen artikel artículos download app click klicken cliquez clique here hier tap "
    "scroll watch video videos podcast 分享 评论 評論 相关 相關 推荐 推薦 関連 記事 続き 人気 "
    "공유 댓글 관련 기사 더보기 مشاركة تعليقات اقرأ"
)
PICTURING = _words(
    "photo photos image images picture pictures foto fotos bild bilder photograph courtesy credit credits getty "
    "reuters afp ap dpa shutterstock istock imago epa archive archiv archivo caption quelle source fuente "
    "symbolbild photographer fotograf фото kuva zdjęcie fotoğraf fotografia 写真 图片 圖片 撮影 사진 صورة"
)
