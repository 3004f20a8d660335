/* template_node.h - a parsed template, between template.c (parses, checks) and template_render.c. Nobody else
 * includes it. */
#ifndef TAAMIM_MAIL_TEMPLATE_NODE_H
#define TAAMIM_MAIL_TEMPLATE_NODE_H
#include "mail/template.h"

#define TEMPLATE_SIZE_MAX   ((size_t)1 << 20) /* of a source, and of what comes out */
#define TEMPLATE_LEVELS_MAX 16
#define TEMPLATE_NAME_MAX   64

enum node_kind { NODE_TEXT, NODE_VALUE, NODE_RAW, NODE_SECTION, NODE_INVERTED };

struct node {
    enum node_kind kind;
    int line;
    const char *text; /* of a text: the text; else the name */
    size_t len;
    struct node *children, *next;
};

struct template
{
    enum template_kind kind;
    const char *path;
    struct node *nodes;
};

#endif
