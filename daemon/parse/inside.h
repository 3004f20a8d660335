/* inside.h - the pass over the parts once all are saved: what the documents are, what lies in the archives.
 *
 * A ZIP's files become parts right behind it (member_of), decoded into the room that the papers themselves left. One
 * archive in another is filed as a file. Why an archive stays closed is told in tree.closed. */
#ifndef TAAMIM_PARSE_INSIDE_H
#define TAAMIM_PARSE_INSIDE_H
#include "parse/tree.h"

void look_inside(struct tree *t);

#endif
