/* letter_sample.h - a round, parties and letters of every kind to render: for the tests and for looking at them. */
#ifndef TAAMIM_TESTS_LETTER_SAMPLE_H
#define TAAMIM_TESTS_LETTER_SAMPLE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "app/letter.h"

/* Valid until the program ends; one call, one sample. `kind` is filled in, with langs, for the state Jordan; change
 * what a test is about. */
struct letter sample_letter(enum letter_kind kind, unsigned langs);
extern struct config sample_config;
extern struct round_spec sample_round, sample_round_without_note;
extern const struct party sample_jordan, sample_djibouti, sample_organisation, sample_expert;
const char *sample_templates_dir(void); /* TEMPLATES in the environment, else templates/ */

#endif
