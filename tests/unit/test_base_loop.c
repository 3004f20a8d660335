/* The poll loop, under a clock that stands still. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/loop.h"

static struct loop *loop;
static int pipes[2][2];
static int calls[2], ticks, last_signal;

static int open_loop(void **state)
{
    (void)state;
    loop = loop_new();
    calls[0] = calls[1] = ticks = last_signal = 0;
    clock_set(1000);
    return pipe(pipes[0]) | pipe(pipes[1]);
}

static int close_loop(void **state)
{
    (void)state;
    loop_free(loop);
    for (int i = 0; i < 2; i++) {
        close(pipes[i][0]);
        close(pipes[i][1]);
    }
    return 0;
}

static void count(void *arg, short revents)
{
    (void)revents;
    ++*(int *)arg;
}

static void unwatch_both(void *arg, short revents)
{
    count(arg, revents);
    loop_unwatch(loop, pipes[0][0]);
    loop_unwatch(loop, pipes[1][0]);
}

static void watch_again(void *arg, short revents)
{
    unwatch_both(arg, revents);
    assert_true(loop_watch(loop, pipes[1][0], POLLIN, count, &calls[1]));
}

static void tick(void *arg)
{
    (void)arg;
    if (++ticks == 3)
        loop_stop(loop);
    loop_wake_at(loop, clock_now_ms());
}

static void note_signal(void *arg, int signal)
{
    (void)arg;
    last_signal = signal;
}

static void fill_both(void)
{
    assert_int_equal(write(pipes[0][1], "x", 1) + write(pipes[1][1], "x", 1), 2);
}

static void the_unwatched_are_not_called_in_the_same_turn(void **state)
{
    (void)state;
    fill_both();
    assert_true(loop_watch(loop, pipes[0][0], POLLIN, unwatch_both, &calls[0]));
    assert_true(loop_watch(loop, pipes[1][0], POLLIN, unwatch_both, &calls[1]));
    assert_true(loop_turn(loop, 0, NULL));
    assert_int_equal(calls[0] + calls[1], 1);
    assert_true(loop_turn(loop, 0, NULL));
    assert_int_equal(calls[0] + calls[1], 1);
}

static void a_number_used_again_waits_for_the_next_turn(void **state)
{
    (void)state;
    fill_both();
    assert_true(loop_watch(loop, pipes[0][0], POLLIN, watch_again, &calls[0]));
    assert_true(loop_watch(loop, pipes[1][0], POLLIN, count, &calls[0]));
    assert_true(loop_turn(loop, 0, NULL));
    assert_int_equal(calls[0], 1);
    assert_int_equal(calls[1], 0);
    assert_true(loop_turn(loop, 0, NULL));
    assert_int_equal(calls[1], 1);
}

static void events_can_be_changed(void **state)
{
    (void)state;
    fill_both();
    assert_true(loop_watch(loop, pipes[0][0], 0, count, &calls[0]));
    assert_true(loop_turn(loop, 0, NULL));
    assert_int_equal(calls[0], 0);
    loop_change(loop, pipes[0][0], POLLIN);
    assert_true(loop_turn(loop, 0, NULL));
    assert_int_equal(calls[0], 1);
}

static void a_wake_up_ends_the_wait(void **state)
{
    (void)state;
    loop_tick(loop, tick, NULL);
    assert_true(loop_run(loop, NULL)); /* would wait for a minute each turn otherwise */
    assert_int_equal(ticks, 3);
}

static void signals_come_to_the_loop(void **state)
{
    (void)state;
    const int wanted[] = {SIGUSR1, SIGHUP};
    assert_true(loop_signals(loop, wanted, 2, note_signal, NULL, NULL));
    raise(SIGHUP);
    assert_true(loop_turn(loop, 1000, NULL));
    assert_int_equal(last_signal, SIGHUP);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_loop, close_loop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_unwatched_are_not_called_in_the_same_turn),
        TEST(a_number_used_again_waits_for_the_next_turn),
        TEST(events_can_be_changed),
        TEST(a_wake_up_ends_the_wait),
        TEST(signals_come_to_the_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
