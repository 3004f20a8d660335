/* Deadlines and steps as an officer types them. */
#include "base/zone.h"
#include "fuzz.h"
#include "round/deadline.h"

#define NOW_AT INT64_C(1790000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct zone *zone;
    static const struct working_time hours = {.weekend = 1 << 5 | 1 << 6, .from_minute = 540, .to_minute = 1020};
    struct err e = {0};
    struct deadline d;
    struct step s;
    char *text = text_of(data, size), shown[16];

    if (!zone)
        promise((zone = zone_open("Africa/Cairo", &e)) != NULL);
    if (deadline_parse(text, zone, NOW_AT, &d, &e)) {
        struct step week = {0};
        promise(step_parse("-7d", &week, &e));
        step_at(zone, &hours, 0, &d, week);
    }
    if (step_parse(text, &s, &e)) {
        struct step again;
        step_format(s, shown);
        promise(step_parse(shown, &again, &e) && again.amount == s.amount);
    }
    free(text);
    return 0;
}
