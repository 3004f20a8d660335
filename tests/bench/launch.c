/* launch CONFIG ROUND: launches a round without a daemon, so that its deliveries wait in the queue; prints how many
 * bytes its largest mail has. */
#include "app/launch.h"
#include "app/roundfile.h"
#include "base/clock.h"
#include "bench/bench.h"

static int64_t largest_mail(struct daemon *d, struct arena *a, const char *ref)
{
    struct notice_row *rows;
    size_t n;
    int64_t size = 0;
    struct err e = {0};

    if (!store_notices(d->store, a, ref, NULL, &rows, &n, &e))
        give_up("notices", e.text);
    for (size_t i = 0; i < n; i++)
        size = rows[i].size > size ? rows[i].size : size;
    return size;
}

int main(int argc, char **argv)
{
    static struct daemon d;
    ARENA_SCOPED a = arena_new();
    struct problems p = {0};
    struct round_spec *spec;
    struct err e = {0};

    if (argc != 3)
        give_up("usage", "launch CONFIG ROUND");
    open_office(&d, argv[1]);
    spec = roundfile_load(a, argv[2], d.orders.config, d.orders.parties, clock_now(), &p);
    if (!spec)
        give_up(argv[2], buf_text(&p.text));
    if (!launch_round(&d, a, spec, "bench", &e))
        give_up(argv[2], e.text);
    printf("%lld\n", (long long)largest_mail(&d, a, spec->ref));
    close_office(&d);
    return EXIT_SUCCESS;
}
