/*
 * What the calls of secagg.h cost, in CPU time of one thread: a session of 10 clients and 10^6 float32
 * parameters. The best of all clients is printed, to be compared with Benchmarks/Results/figures.md.
 */
#define _POSIX_C_SOURCE 199309L
#include <secagg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { CLIENTS = 10, PARAMETERS = 1000000 };

static secagg_failure failure;

static void must(secagg_status status) {
  if (status == SECAGG_OK) return;
  fprintf(stderr, "%s\n", failure.message);
  exit(1);
}

static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

/* Runs a call and keeps its time if it is the best. */
#define TIMED(best, call)                        \
  do {                                           \
    double start_ = milliseconds();              \
    must(call);                                  \
    double took_ = milliseconds() - start_;      \
    if (best == 0 || took_ < best) best = took_; \
  } while (0)

static double mask, store, restore, message, receive, decode, look_up;

/* Stores a client and restores it. */
static void store_and_restore(secagg_client **client) {
  uint8_t key[32];
  secagg_bytes *stored = NULL;
  const uint8_t *data = NULL;
  size_t length = 0;
  must(secagg_storage_key(key, &failure));
  TIMED(store, secagg_client_store(*client, key, 1, &stored, &failure));
  secagg_client_free(*client);
  must(secagg_bytes_view(stored, &data, &length, &failure));
  TIMED(restore, secagg_client_restore(data, length, key, NULL, NULL, client, &failure));
  secagg_bytes_free(stored);
}

/* Sends a client's message; only the long one is timed. */
static void send_to_server(
    const secagg_client *client, uint32_t id, secagg_server *server, int is_masked_input) {
  secagg_bytes *bytes = NULL;
  const uint8_t *data = NULL;
  size_t length = 0;
  double other = 0;
  TIMED(*(is_masked_input ? &message : &other), secagg_client_message(client, &bytes, &failure));
  must(secagg_bytes_view(bytes, &data, &length, &failure));
  TIMED(
      *(is_masked_input ? &receive : &other),
      secagg_server_receive(server, id, data, length, &failure));
  secagg_bytes_free(bytes);
}

int main(void) {
  static float update[PARAMETERS], mean[PARAMETERS];
  static const uint8_t context[32];
  for (size_t i = 0; i < PARAMETERS; i++) update[i] = (float)(rand() % 2001 - 1000) / 1000;

  secagg_fedavg *fedavg = NULL;
  secagg_fedavg_settings settings = SECAGG_FEDAVG_SETTINGS_INIT;
  settings.parameter_count = PARAMETERS;
  settings.clipping_bound = 1.0;
  settings.maximum_weight = 100;
  settings.maximum_contributors = CLIENTS;
  must(secagg_fedavg_create(&settings, &fedavg, &failure));

  secagg_parameters *parameters = NULL;
  secagg_assumptions assumptions = SECAGG_ASSUMPTIONS_INIT;
  assumptions.cohort_size = CLIENTS;
  must(secagg_parameters_recommended(&assumptions, fedavg, context, &parameters, &failure));

  secagg_server *server = NULL;
  secagg_client *clients[CLIENTS] = {NULL};
  must(secagg_server_create(parameters, NULL, &server, &failure));
  secagg_policy policy = SECAGG_POLICY_INIT;
  policy.application_context = context;
  for (uint32_t i = 0; i < CLIENTS; i++)
    must(secagg_client_create(parameters, i + 1, &policy, NULL, NULL, &clients[i], &failure));

  secagg_aggregate *aggregate = NULL;
  while (aggregate == NULL) {
    uint32_t round = 0;
    must(secagg_server_round(server, &round, &failure));
    for (uint32_t i = 0; i < CLIENTS; i++) {
      if (round != SECAGG_ADVERTISE_KEYS) {
        secagg_bytes *bytes = NULL;
        const uint8_t *data = NULL;
        size_t length = 0;
        uint32_t response = 0;
        must(secagg_server_message(server, i + 1, &bytes, &failure));
        must(secagg_bytes_view(bytes, &data, &length, &failure));
        must(secagg_client_handle(clients[i], data, length, 1, &response, &failure));
        secagg_bytes_free(bytes);
        if (response == SECAGG_INPUT_NEEDED) {
          TIMED(
              mask, secagg_client_mask_float32(
                        clients[i], fedavg, update, PARAMETERS, 100, 1, &failure));
          store_and_restore(&clients[i]);
        }
      }
      send_to_server(clients[i], i + 1, server, round == SECAGG_MASKED_INPUT);
    }
    must(secagg_server_close_round(server, NULL, 1, &aggregate, &failure));
  }

  for (int i = 0; i < 5; i++)
    TIMED(
        decode,
        secagg_aggregate_mean_float32(aggregate, fedavg, mean, PARAMETERS, NULL, &failure));
  uint32_t round = 0;
  double start = milliseconds();
  for (int i = 0; i < 1000000; i++) must(secagg_server_round(server, &round, &failure));
  look_up = milliseconds() - start;

  printf("a call that only asks         %7.0f ns\n", look_up);
  printf("mask an update of float32     %7.2f ms\n", mask);
  printf("store, restore                %7.2f ms, %.2f ms\n", store, restore);
  printf("message of the masked update  %7.2f ms\n", message);
  printf("receive it                    %7.2f ms\n", receive);
  printf("decode the mean as float32    %7.2f ms\n", decode);

  secagg_aggregate_free(aggregate);
  secagg_server_free(server);
  for (int i = 0; i < CLIENTS; i++) secagg_client_free(clients[i]);
  secagg_parameters_free(parameters);
  secagg_fedavg_free(fedavg);
  return 0;
}
