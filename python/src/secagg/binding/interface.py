"""The functions and structs of `secagg.h`, as ctypes wants them told.

A test compares this table with the header."""

from ctypes import (
    POINTER,
    Structure,
    c_char,
    c_char_p,
    c_double,
    c_int32,
    c_size_t,
    c_uint8,
    c_uint32,
    c_uint64,
    c_void_p,
)
from typing import Any, Final

ABI_MAJOR: Final = 2
ABI_MINOR: Final = 0


class Failure(Structure):
    _fields_ = [("status", c_int32), ("culprit", c_uint32), ("message", c_char * 504)]


class FedAvgSettings(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("minimum_value_bits", c_uint32),
        ("parameter_count", c_uint64),
        ("clipping_bound", c_double),
        ("norm_bound", c_double),
        ("maximum_weight", c_uint64),
        ("maximum_contributors", c_uint32),
        ("counter_count", c_uint32),
    ]


class FedAvgInfo(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("value_bits", c_uint32),
        ("element_count", c_uint64),
        ("word_count", c_uint64),
        ("step", c_double),
    ]


class Assumptions(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("cohort_size", c_uint32),
        ("threat_model", c_uint32),
        ("security_bits", c_uint32),
        ("failure_bits", c_uint32),
        ("minimum_contributors", c_uint32),
        ("corrupt_fraction", c_double),
        ("dropout_fraction", c_double),
        ("mask_ciphers", c_uint32),
        ("corrupt_clients_drop_out", c_uint32),
    ]


class SessionSettings(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("threat_model", c_uint32),
        ("cohort_size", c_uint32),
        ("degree", c_uint32),
        ("threshold", c_uint32),
        ("minimum_contributors", c_uint32),
        ("mask_cipher", c_uint32),
        ("reserved", c_uint32),
    ]


class ParametersInfo(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("threat_model", c_uint32),
        ("cohort_size", c_uint32),
        ("degree", c_uint32),
        ("threshold", c_uint32),
        ("minimum_contributors", c_uint32),
        ("maximum_contributors", c_uint32),
        ("mask_cipher", c_uint32),
        ("element_count", c_uint64),
        ("word_count", c_uint64),
        ("maximum_client_message_length", c_uint64),
        ("maximum_server_message_length", c_uint64),
        ("session_id", c_uint8 * 32),
        ("application_context", c_uint8 * 32),
        ("digest", c_uint8 * 32),
    ]


class PolicySettings(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("minimum_cohort_size", c_uint32),
        ("minimum_threshold", c_uint32),
        ("minimum_contributors", c_uint32),
        ("threat_models", c_uint32),
        ("mask_ciphers", c_uint32),
        ("application_context", c_void_p),
        ("corrupt_fraction", c_double),
        ("security_bits", c_uint32),
        ("reserved", c_uint32),
    ]


class Input(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("threads", c_uint32),
        ("float32", c_void_p),
        ("float64", c_void_p),
        ("count", c_size_t),
        ("weight", c_uint64),
        ("counters", c_void_p),
        ("counter_count", c_size_t),
        ("input_context", c_void_p),
    ]


class FaultRecord(Structure):
    _fields_ = [
        ("holder", c_uint32),
        ("dealer", c_uint32),
        ("secret", c_uint32),
        ("finding", c_uint32),
    ]


# In the order of the header. Pointers to memory of the caller, and handles, are addresses.
_IN: Final = c_void_p
_HANDLE: Final = c_void_p
_OUT_HANDLE: Final = POINTER(c_void_p)
_OUT_COUNT: Final = POINTER(c_size_t)
_OUT_NUMBER: Final = POINTER(c_uint32)
_FAILURE: Final = POINTER(Failure)

RETURNING_STATUS: Final[dict[str, list[Any]]] = {
    "bytes_view": [_HANDLE, POINTER(c_void_p), _OUT_COUNT, _FAILURE],
    "fedavg_create": [POINTER(FedAvgSettings), _OUT_HANDLE, _FAILURE],
    "fedavg_get_info": [_HANDLE, POINTER(FedAvgInfo), _FAILURE],
    "fedavg_context_float32": [_HANDLE, _IN, c_size_t, c_uint64, c_char_p, _IN, _FAILURE],
    "fedavg_context_float64": [_HANDLE, _IN, c_size_t, c_uint64, c_char_p, _IN, _FAILURE],
    "parameters_recommended": [POINTER(Assumptions), _HANDLE, _IN, _OUT_HANDLE, _FAILURE],
    "parameters_create": [POINTER(SessionSettings), _HANDLE, _IN, _OUT_HANDLE, _FAILURE],
    "parameters_parse": [_IN, c_size_t, _OUT_HANDLE, _FAILURE],
    "parameters_serialize": [_HANDLE, _OUT_HANDLE, _FAILURE],
    "parameters_get_info": [_HANDLE, POINTER(ParametersInfo), _FAILURE],
    "identity_generate": [_OUT_HANDLE, _FAILURE],
    "identity_from_seed": [_IN, _OUT_HANDLE, _FAILURE],
    "identity_seed": [_HANDLE, _IN, _FAILURE],
    "identity_public_key": [_HANDLE, _IN, _FAILURE],
    "directory_create": [_IN, _IN, c_size_t, _OUT_HANDLE, _FAILURE],
    "client_create": [
        _HANDLE,
        c_uint32,
        POINTER(PolicySettings),
        _HANDLE,
        _HANDLE,
        _OUT_HANDLE,
        _FAILURE,
    ],
    "client_awaited": [_HANDLE, _OUT_NUMBER, _FAILURE],
    "client_id": [_HANDLE, _OUT_NUMBER, _FAILURE],
    "client_parameters": [_HANDLE, _OUT_HANDLE, _FAILURE],
    "client_message": [_HANDLE, _OUT_HANDLE, _FAILURE],
    "client_write_message": [_HANDLE, _IN, c_size_t, _OUT_COUNT, _FAILURE],
    "client_handle": [_HANDLE, _IN, c_size_t, c_uint32, _OUT_NUMBER, _FAILURE],
    "client_mask_float32": [_HANDLE, _HANDLE, _IN, c_size_t, c_uint64, c_uint32, _FAILURE],
    "client_mask_float64": [_HANDLE, _HANDLE, _IN, c_size_t, c_uint64, c_uint32, _FAILURE],
    "client_mask": [_HANDLE, _HANDLE, POINTER(Input), _FAILURE],
    "storage_key": [_IN, _FAILURE],
    "client_store": [_HANDLE, _IN, c_int32, _OUT_HANDLE, _FAILURE],
    "client_restore": [_IN, c_size_t, _IN, _HANDLE, _HANDLE, _OUT_HANDLE, _FAILURE],
    "server_create": [_HANDLE, _HANDLE, _OUT_HANDLE, _FAILURE],
    "server_round": [_HANDLE, _OUT_NUMBER, _FAILURE],
    "server_parameters": [_HANDLE, _OUT_HANDLE, _FAILURE],
    "server_receive": [_HANDLE, c_uint32, _IN, c_size_t, _FAILURE],
    "server_received": [_HANDLE, _IN, c_size_t, _OUT_COUNT, _FAILURE],
    "server_awaited": [_HANDLE, _IN, c_size_t, _OUT_COUNT, _FAILURE],
    "server_message": [_HANDLE, c_uint32, _OUT_HANDLE, _FAILURE],
    "server_close_round": [_HANDLE, _IN, c_uint32, _OUT_HANDLE, _FAILURE],
    "server_faults": [_HANDLE, _IN, c_size_t, _OUT_COUNT, _FAILURE],
    "server_store": [_HANDLE, _OUT_HANDLE, _FAILURE],
    "server_restore": [_IN, c_size_t, _HANDLE, _OUT_HANDLE, _FAILURE],
    "aggregate_contributors": [_HANDLE, _IN, c_size_t, _OUT_COUNT, _FAILURE],
    "aggregate_faults": [_HANDLE, _IN, c_size_t, _OUT_COUNT, _FAILURE],
    "aggregate_mean_float32": [_HANDLE, _HANDLE, _IN, c_size_t, POINTER(c_uint64), _FAILURE],
    "aggregate_mean_float64": [_HANDLE, _HANDLE, _IN, c_size_t, POINTER(c_uint64), _FAILURE],
    "aggregate_counters": [_HANDLE, _HANDLE, _IN, c_size_t, _OUT_COUNT, _FAILURE],
}

FREEING: Final = (
    "bytes_free",
    "fedavg_free",
    "parameters_free",
    "identity_free",
    "directory_free",
    "client_free",
    "server_free",
    "aggregate_free",
)
