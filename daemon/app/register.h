/* register.h - config/delegations.conf: the truth about parties and contacts.
 *
 * The file is a list `parties = ( { code = "JO"; kind = "state"; name = { ar = ...; en = ...; fr = ... }; full =
 * ...; to = ...; of = ...; groups = [ ]; domains = [ ]; weekend = "fri-sat"; contacts = ( { role = "focal_point";
 * address = ...; name = ...; language = "ar" | "ar+fr"; weekend = ... } ) }, ... ); weekend of the party is the
 * default of its contacts; default fri-sat; language defaults to "ar". @include is refused, since commands rewrite
 * the file. Checked: codes unique, addresses valid and none twice for a party,
 * domains plain and no public mail provider (a list of them is here), at least one contact. */
#ifndef TAAMIM_APP_REGISTER_H
#define TAAMIM_APP_REGISTER_H
#include "app/setting.h"
#include "base/err.h"
#include "round/party.h"

struct party_register *register_load(struct arena *a, const char *path, struct problems *p);
/* The party and contact an address belongs to, the first in the file's order; NULL where none. */
const struct party *register_by_address(const struct party_register *r, const char *address,
                                        const struct contact **contact_out);
/* The next one behind that party (of r), since parties may share a contact. */
const struct party *register_next_by_address(const struct party_register *r, const char *address,
                                             const struct party *after, const struct contact **contact_out);
/* That party's own contact with this address, whoever shares it; NULL where none. */
const struct contact *register_contact_of(const struct party_register *r, const char *code, const char *address);
/* The party one of whose listed domains the address is in; NULL where none or where several. */
const struct party *register_by_domain(const struct party_register *r, const char *address);
/* Writes the register anew (durable; comments at the top kept, others lost) and gives the changed lines with - and
 * +. What would not load again is refused (PERM), and the file stays as it was. */
bool register_save(struct arena *a, const struct party_register *r, const char *path, char **diff_out, struct err *e);
/* The register with one contact more, or with that contact's role changed where the party has the address; lives in
 * the arena. Unknown code: as it was. */
struct party_register *register_with_contact(struct arena *a, const struct party_register *r, const char *code,
                                             const struct contact *c);
/* CSV (RFC 4180, UTF-8 with or without BOM, ';' or ','; first line names the columns:
 * code,kind,name_ar,name_en,name_fr,group,domain,role,address,contact_name,language,weekend; several rows of one
 * code add contacts) merged into r. What an empty cell leaves open of a new contact is focal_point, ar and fri-sat: a
 * party's own weekend is a default of the file's alone. Problems name file and line. */
struct party_register *register_import(struct arena *a, const struct party_register *r, const char *csv_path,
                                       struct problems *p);

#endif
