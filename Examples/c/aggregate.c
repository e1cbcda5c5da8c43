/*
 * One round of federated averaging with secure aggregation, server and clients in one program: clients
 * leave in every round, one is put to sleep between two of them, a stranger's message arrives, and the server
 * still gets the weighted mean of those whose masked update arrived, and nothing else.
 *
 * In an application, what is copied here from one party to the other goes over an authenticated, encrypted
 * connection, and each party has only its own handles.
 */
#include <math.h>
#include <secagg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLIENTS = 12, PARAMETERS = 5000, LARGEST_WEIGHT = 500 };

/* Where each client leaves: before round 0, 1, 2 or the last, or never. */
static const int leaves_before[CLIENTS] = {9, 9, 9, 0, 9, 1, 9, 2, 9, 9, 4, 9};

/* Ends the program unless a call has done what was expected of it. */
#define MUST(call) must((call), SECAGG_OK, &failure, #call, __LINE__)
#define MUST_GIVE(status, call) must((call), (status), &failure, #call, __LINE__)

static void must(
    secagg_status found, secagg_status expected, const secagg_failure *failure, const char *call,
    int line) {
  if (found == expected) return;
  fprintf(stderr, "line %d: %s\n  gave %d: %s\n", line, call, (int)found, failure->message);
  exit(1);
}

/* A client as an application would have it: its data, and its part in the session. */
typedef struct {
  uint32_t id;
  uint64_t weight;
  float update[PARAMETERS];
  secagg_identity *identity;
  secagg_client *session;
} client;

static client clients[CLIENTS];

/* Some training: numbers between -1 and 1 that depend on the client. */
static void train(client *c) {
  uint32_t state = 2654435761u * c->id;
  c->weight = 50 + 30 * c->id;
  for (size_t i = 0; i < PARAMETERS; i++) {
    state = 1664525u * state + 1013904223u;
    c->update[i] = (float)(state >> 8) / (float)(1 << 23) - 1.0f;
  }
}

/* What every party of a training knows beforehand. */
static secagg_averaging *agreed_averaging(void) {
  secagg_failure failure;
  secagg_averaging *averaging = NULL;
  secagg_averaging_settings settings = SECAGG_AVERAGING_SETTINGS_INIT;
  settings.parameter_count = PARAMETERS;
  settings.clipping_bound = 1.0;
  settings.maximum_weight = LARGEST_WEIGHT;
  settings.maximum_contributors = CLIENTS;
  MUST(secagg_averaging_create(&settings, &averaging, &failure));
  return averaging;
}

/* The server's side before round 0: parameters, in bytes for the clients. */
static secagg_bytes *new_session(
    uint32_t threat_model, const secagg_averaging *averaging, const float *model,
    const secagg_directory *directory, secagg_server **server) {
  secagg_failure failure;
  uint8_t context[32];
  secagg_parameters *parameters = NULL;
  secagg_bytes *bytes = NULL;
  MUST(secagg_averaging_context_float32(
      averaging, model, PARAMETERS, 1, "example", context, &failure));
  secagg_assumptions assumptions = SECAGG_ASSUMPTIONS_INIT;
  assumptions.cohort_size = CLIENTS;
  assumptions.threat_model = threat_model;
  assumptions.dropout_fraction = 0.35;
  assumptions.mask_ciphers = secagg_mask_ciphers();
  MUST(secagg_parameters_recommended(&assumptions, averaging, context, &parameters, &failure));
  MUST(secagg_server_create(parameters, directory, server, &failure));
  MUST(secagg_parameters_serialize(parameters, &bytes, &failure));
  secagg_parameters_free(parameters);
  return bytes;
}

/* A client's side before round 0: it accepts the parameters, or does not. */
static void join(
    client *c, const secagg_bytes *announced, const secagg_averaging *averaging,
    const float *model) {
  secagg_failure failure;
  const uint8_t *data = NULL;
  size_t length = 0;
  uint8_t context[32];
  secagg_parameters *parameters = NULL;
  MUST(secagg_bytes_view(announced, &data, &length, &failure));
  MUST(secagg_parameters_parse(data, length, &parameters, &failure));
  MUST(secagg_averaging_context_float32(
      averaging, model, PARAMETERS, 1, "example", context, &failure));
  secagg_policy policy = SECAGG_POLICY_INIT;
  policy.minimum_cohort_size = 8;
  policy.minimum_contributors = 5;
  policy.application_context = context;
  MUST(secagg_client_create(parameters, c->id, &policy, c->identity, &c->session, &failure));
  secagg_parameters_free(parameters);
}

/* A client's answer to the message that opens a round. */
static void answer(
    client *c, uint32_t round, const uint8_t *message, size_t length,
    const secagg_averaging *averaging, const secagg_directory *directory) {
  secagg_failure failure;
  switch (round) {
    case SECAGG_SHARE_KEYS:
      MUST(secagg_client_share_keys(c->session, message, length, directory, 1, &failure));
      break;
    case SECAGG_MASKED_INPUT:
      MUST(secagg_client_mask_float32(
          c->session, message, length, averaging, c->update, PARAMETERS, c->weight, 2, &failure));
      break;
    case SECAGG_CONSISTENCY_CHECK:
      MUST(secagg_client_endorse(c->session, message, length, &failure));
      break;
    case SECAGG_UNMASKING:
      MUST(secagg_client_unmask(c->session, message, length, &failure));
      break;
  }
}

/* Sends the client's message of its round. */
static void send_to_server(const client *c, secagg_server *server) {
  secagg_failure failure;
  secagg_bytes *message = NULL;
  const uint8_t *data = NULL;
  size_t length = 0;
  MUST(secagg_client_message(c->session, &message, &failure));
  MUST(secagg_bytes_view(message, &data, &length, &failure));
  MUST(secagg_server_receive(server, c->id, data, length, &failure));
  /* The network delivers it twice, and once as somebody else's. */
  MUST_GIVE(SECAGG_MESSAGE_REFUSED, secagg_server_receive(server, c->id, data, length, &failure));
  uint32_t other = c->id % CLIENTS + 1;
  MUST_GIVE(SECAGG_MESSAGE_REFUSED, secagg_server_receive(server, other, data, length, &failure));
  if (failure.culprit != other) exit(1);
  secagg_bytes_free(message);
}

/* An application that is killed between two rounds: the client goes on from sealed bytes. */
static void sleep_and_wake(client *c) {
  secagg_failure failure;
  uint8_t key[32];
  secagg_bytes *sealed = NULL;
  const uint8_t *data = NULL;
  size_t length = 0;
  MUST(secagg_sealing_key(key, &failure));
  MUST(secagg_client_suspend(c->session, key, &sealed, &failure));
  MUST(secagg_client_free(c->session));
  MUST(secagg_bytes_view(sealed, &data, &length, &failure));
  MUST(secagg_client_resume(data, length, key, c->identity, &c->session, &failure));
  secagg_bytes_free(sealed);
}

/* Runs one round after another; the server is stored and restored at the end of each. */
static secagg_aggregate *run(
    secagg_server **server, uint32_t threat_model, const secagg_averaging *averaging,
    const secagg_directory *directory) {
  secagg_failure failure;
  for (uint32_t round = SECAGG_ADVERTISE_KEYS; round <= SECAGG_UNMASKING; round++) {
    if (round == SECAGG_CONSISTENCY_CHECK && threat_model == SECAGG_SEMI_HONEST) continue;
    uint32_t awaited[CLIENTS];
    size_t count = 0;
    MUST(secagg_server_awaited(*server, awaited, CLIENTS, &count, &failure));
    for (size_t i = 0; i < count; i++) {
      client *c = &clients[awaited[i] - 1];
      if ((uint32_t)leaves_before[awaited[i] - 1] <= round) continue;
      if (round > SECAGG_ADVERTISE_KEYS) {
        secagg_bytes *message = NULL;
        const uint8_t *data = NULL;
        size_t length = 0;
        MUST(secagg_server_message(*server, c->id, &message, &failure));
        MUST(secagg_bytes_view(message, &data, &length, &failure));
        if (c->id == 1) sleep_and_wake(c);
        answer(c, round, data, length, averaging, directory);
        secagg_bytes_free(message);
      }
      send_to_server(c, *server);
    }
    if (round < SECAGG_UNMASKING) MUST(secagg_server_close_round(*server, &failure));

    secagg_bytes *stored = NULL;
    const uint8_t *data = NULL;
    size_t length = 0;
    MUST(secagg_server_store(*server, &stored, &failure));
    MUST(secagg_bytes_view(stored, &data, &length, &failure));
    secagg_server_free(*server);
    MUST(secagg_server_restore(data, length, directory, server, &failure));
    secagg_bytes_free(stored);
  }
  secagg_aggregate *aggregate = NULL;
  MUST(secagg_server_unmask(*server, 0, &aggregate, &failure));
  return aggregate;
}

/* Compares the secure mean with the one that could be computed if the updates were known. */
static void check(const secagg_aggregate *aggregate, const secagg_averaging *averaging) {
  secagg_failure failure;
  uint32_t ids[CLIENTS];
  size_t count = 0;
  static float mean[PARAMETERS];
  uint64_t total_weight = 0, expected_weight = 0;
  double worst = 0;
  MUST(secagg_aggregate_contributors(aggregate, ids, CLIENTS, &count, &failure));
  MUST(secagg_aggregate_mean_float32(
      aggregate, averaging, mean, PARAMETERS, &total_weight, &failure));
  for (size_t k = 0; k < count; k++) expected_weight += clients[ids[k] - 1].weight;
  for (size_t i = 0; i < PARAMETERS; i++) {
    double sum = 0;
    for (size_t k = 0; k < count; k++) {
      const client *c = &clients[ids[k] - 1];
      sum += (double)c->weight * (double)c->update[i];
    }
    double difference = fabs((double)mean[i] - sum / (double)expected_weight);
    if (difference > worst) worst = difference;
  }
  printf(
      "%zu of %d clients in the sum, total weight %llu, largest error %.1e\n", count, CLIENTS,
      (unsigned long long)total_weight, worst);
  if (total_weight != expected_weight || worst > 1e-4) exit(1);
}

static void session(uint32_t threat_model) {
  secagg_failure failure;
  static const float model[PARAMETERS];
  secagg_averaging *averaging = agreed_averaging();
  secagg_directory *directory = NULL;
  if (threat_model == SECAGG_MALICIOUS) {
    uint32_t ids[CLIENTS];
    uint8_t keys[CLIENTS][32];
    for (int i = 0; i < CLIENTS; i++) {
      ids[i] = clients[i].id;
      MUST(secagg_identity_generate(&clients[i].identity, &failure));
      MUST(secagg_identity_public_key(clients[i].identity, keys[i], &failure));
    }
    MUST(secagg_directory_create(ids, keys[0], CLIENTS, &directory, &failure));
  }
  secagg_server *server = NULL;
  secagg_bytes *announced = new_session(threat_model, averaging, model, directory, &server);
  for (int i = 0; i < CLIENTS; i++) join(&clients[i], announced, averaging, model);
  secagg_bytes_free(announced);
  secagg_aggregate *aggregate = run(&server, threat_model, averaging, directory);
  check(aggregate, averaging);
  secagg_aggregate_free(aggregate);
  secagg_server_free(server);
  for (int i = 0; i < CLIENTS; i++) {
    MUST(secagg_client_free(clients[i].session));
    MUST(secagg_identity_free(clients[i].identity));
    clients[i].identity = NULL;
  }
  secagg_directory_free(directory);
  secagg_averaging_free(averaging);
}

int main(void) {
  if (!SECAGG_ABI_FITS(secagg_abi_version())) {
    fprintf(stderr, "libsecagg is too old or too new for this program\n");
    return 1;
  }
  for (int i = 0; i < CLIENTS; i++) {
    clients[i].id = (uint32_t)i + 1;
    train(&clients[i]);
  }
  printf("libsecagg %s, semi-honest server: ", secagg_version());
  session(SECAGG_SEMI_HONEST);
  printf("libsecagg %s, malicious server:   ", secagg_version());
  session(SECAGG_MALICIOUS);
  return 0;
}
