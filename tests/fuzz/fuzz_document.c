/* A document from a stranger. The first byte says what libmagic made of it, the rest is the file; what is seen of it
 * stays within what the daemon takes. */
#include "fuzz.h"
#include "parse/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const types[] = {"application/pdf", "image/tiff", "application/CDFV2", "text/plain"};
    static int prepared;
    struct fact_part p = {.type = types[size > 0 ? data[0] % 4 : 0]};
    size_t n = size > 0 ? size - 1 : 0;
    unsigned char *exact = malloc(n + !n);

    if (!prepared++)
        document_prepare();
    if (n > 0)
        memcpy(exact, data + 1, n);
    document_look((struct octets){exact, n}, &p);
    promise(p.pages >= 0 && p.pages <= FACTS_PAGES_MAX);
    free(exact);
    return 0;
}
