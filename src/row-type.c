#include "provider.h"

const char *const row_types[ROW_TYPES] = { "A", "AAAA" };
