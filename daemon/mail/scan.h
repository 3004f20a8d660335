/* scan.h - what is spoken between the daemon and taamim-scan, and what came of one file.
 *
 *   scan    {"hello":"scan","version":1}
 *   daemon  {"config":{"socket":PATH}}       clamd's local socket
 *   daemon  {"ping":1}                       answered by {"scanner":{"up":BOOL,"text":TEXT}}: its version, or why not
 *   daemon  {"scan":ID,"offset":N,"size":N}  with a descriptor; answered by {"scanned":{"id","result","text"}}
 *
 * One request at a time. The daemon believes nothing: words are cut and cleaned, an unknown result is a failure. */
#ifndef TAAMIM_MAIL_SCAN_H
#define TAAMIM_MAIL_SCAN_H
#include <jansson.h>
#include "base/arena.h"
#include "base/err.h"

#define SCAN_TEXT_MAX 200

enum scan_result {
    SCAN_CLEAN,
    SCAN_INFECTED, /* text: the signature's name */
    SCAN_FAILED,   /* the scanner works, and cannot say: this file is too large for it, or it gave it up */
    SCAN_AWAY,     /* the scanner does not work: the same file again later */
};
#define SCAN_RESULT_COUNT 4
extern const char *const scan_result_names[SCAN_RESULT_COUNT];

struct scan_answer {
    int64_t id;
    enum scan_result result;
    const char *text;
};
struct scanner_state {
    bool up;
    const char *text;
};

json_t *scan_answer_to_json(const struct scan_answer *answer); /* new reference */
json_t *scanner_state_to_json(const struct scanner_state *state);
/* PERM where the message is another one; text is one line, of SCAN_TEXT_MAX bytes at most. */
bool scan_answer_from_json(struct arena *a, const json_t *message, struct scan_answer *out, struct err *e);
bool scanner_state_from_json(struct arena *a, const json_t *message, struct scanner_state *out, struct err *e);

#endif
