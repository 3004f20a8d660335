/* party.h - who takes part: parties, their contacts, languages, weekends. Values only; the register file is read by
 * app/register. */
#ifndef TAAMIM_ROUND_PARTY_H
#define TAAMIM_ROUND_PARTY_H
#include <stdbool.h>
#include <stddef.h>

enum lang { LANG_AR, LANG_EN, LANG_FR };
#define LANG_COUNT  3
#define LANG_BIT(l) (1u << (l))
extern const char *const lang_names[LANG_COUNT]; /* "ar", "en", "fr" */

enum party_kind { PARTY_STATE, PARTY_ORGANISATION, PARTY_EXPERT, PARTY_STAKEHOLDER };
#define PARTY_KIND_COUNT 4
extern const char *const party_kind_names[PARTY_KIND_COUNT]; /* "state", ... */

/* In order of rank: a mission comes before the focal point in every To. */
enum contact_role { ROLE_MISSION, ROLE_FOCAL_POINT, ROLE_ALTERNATE, ROLE_OTHER };
#define ROLE_COUNT 4
extern const char *const contact_role_names[ROLE_COUNT]; /* "mission", "focal_point", "alternate", "other" */

#define WEEKDAY_BIT(d)  (1u << (d)) /* 0 = Sunday .. 6 = Saturday */
#define WEEKEND_FRI_SAT (WEEKDAY_BIT(5) | WEEKDAY_BIT(6))
#define WEEKEND_SAT_SUN (WEEKDAY_BIT(6) | WEEKDAY_BIT(0))

/* A person or office with an address at a party. */
struct contact {
    enum contact_role role;
    const char *address; /* as typed, UTF-8; compare with address_same() */
    const char *name;    /* of the office, for the To header; NULL where none */
    unsigned langs;      /* LANG_BITs: what it is written to in; Arabic stands first where both are set */
    unsigned weekend;    /* WEEKDAY_BITs */
    int line;            /* in the register file */
};

struct party {
    const char *code; /* "JO": unique in the register, ASCII */
    enum party_kind kind;
    const char *name[LANG_COUNT]; /* short, for tables; falls back to English, then the code: party_name() */
    const char *full[LANG_COUNT]; /* in full, for first mention */
    const char *to[LANG_COUNT];   /* "للمملكة الأردنية الهاشمية" */
    const char *of[LANG_COUNT]; /* "المملكة الأردنية الهاشمية", "du Royaume hachémite de Jordanie" */
    const char *const *groups;
    size_t n_groups;
    const char *const *domains; /* listed domains: a colleague's mail from there counts as the party's */
    size_t n_domains;
    const struct contact *contacts; /* sorted by rank */
    size_t n_contacts;
    int line;
};

/* Parties in the register's order, which for the League's states is the protocol order; every table keeps it. */
struct party_register {
    const struct party *parties;
    size_t n_parties;
    const char *path;
};

const struct party *register_find(const struct party_register *r, const char *code); /* NULL if unknown; case ignored */
/* The text in that language, else in the first of ar, en and fr that has one, else "". */
const char *text_in(const char *const texts[LANG_COUNT], enum lang lang);
const char *party_name(const struct party *p, enum lang lang);
const char *party_full(const struct party *p, enum lang lang);
const char *party_of(const struct party *p, enum lang lang);
bool party_in_group(const struct party *p, const char *group);
bool enum_by_name(const char *const *names, int count, const char *name, int *out); /* name tables of this house */

#endif
