#include "provider/row.h"

const char *const row_types[ROW_TYPES] = { "A", "AAAA" };

const char *const row_steps[STEPS] = {
	[STEP_LOGIN] = "login",
	[STEP_ZONES] = "zones",
	[STEP_RECORDS] = "records",
	[STEP_RECORD] = "record",
	[STEP_SET] = "set",
	[STEP_CREATE] = "create",
	[STEP_UPDATE] = "update",
	[STEP_DELETE] = "delete",
	[STEP_BATCH] = "batch",
	[STEP_PUBLISH] = "publish",
	[STEP_VALUE] = "value",
};

const char *const row_meanings[MEANINGS] = {
	[MEANS_MISSING] = "missing",
	[MEANS_DENIED] = "denied",
	[MEANS_REFUSED] = "refused",
	[MEANS_BUSY] = "busy",
	[MEANS_LATER] = "later",
	[MEANS_GOOD] = "good",
};
