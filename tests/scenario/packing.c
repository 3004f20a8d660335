/* ZIPs as people make them to send several files, or one under a password. */
#include <zip.h>

#include "scenario.h"

/* It knows the bytes and has none of them to free. */
static bool put(zip_t *z, const struct packed_file *file, const char *password)
{
    zip_source_t *bytes = zip_source_buffer(z, file->bytes, file->size, 0);
    zip_int64_t i = zip_file_add(z, file->name, bytes, ZIP_FL_ENC_UTF_8);

    return i >= 0 && (!password || zip_file_set_encryption(z, (zip_uint64_t)i, ZIP_EM_AES_256, password) == 0);
}

const char *pack(struct arena *a, const struct packed_file *files, size_t n, const char *password, size_t *size_out)
{
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_t *z = zip_open_from_source(source, ZIP_TRUNCATE, NULL);
    zip_stat_t st;
    char *bytes;
    bool good = z != NULL;

    zip_source_keep(source);
    for (size_t i = 0; good && i < n; i++)
        good = put(z, &files[i], password);
    if (!good || zip_close(z) != 0 || zip_source_stat(source, &st) != 0 || zip_source_open(source) != 0)
        abort();
    bytes = arena_alloc(a, (size_t)st.size + 1);
    *size_out = (size_t)zip_source_read(source, bytes, st.size);
    zip_source_close(source);
    zip_source_free(source);
    return bytes;
}
