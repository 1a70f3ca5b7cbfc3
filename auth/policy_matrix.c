/* Who may do what: the one table to change when a rule about roles changes. */
#include "auth/policy.h"

/* Read a row as a sentence: "staff may read an application of their OWN". SCOPE is the
 * scope of the appointment that grants it; a duty adds its column to the role's. What
 * must also hold (never one's own application, tenant scope for an import, the may-grant
 * table) is said where it is decided: this table only opens the door. */
/* clang-format off */
const enum cell policy_matrix[PERMISSION_COUNT][COLUMN_COUNT] = {
	/*                        SLT@T  SLT@S  ADMIN  STAFF  GOVERN | HEAD   DSL    DPO    HR     CLERK  CHAIR  PROPR  AUDITOR */
	[TENANT_READ]         = { SCOPE, SCOPE, SCOPE, SCOPE, SCOPE,   SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE },
	[SCHOOL_READ]         = { SCOPE, SCOPE, SCOPE, SCOPE, SCOPE,   SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE },
	[SCHOOL_ADD]          = { SCOPE, NO,    NO,    NO,    NO,      NO,    NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[SCHOOL_WRITE]        = { SCOPE, SCOPE, NO,    NO,    NO,      NO,    NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[PERSON_READ]         = { SCOPE, SCOPE, SCOPE, SCOPE, OWN,     SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE },
	[PERSON_WRITE]        = { SCOPE, SCOPE, SCOPE, NO,    NO,      NO,    NO,    NO,    SCOPE, NO,    NO,    NO,    NO    },
	[POST_READ]           = { SCOPE, SCOPE, SCOPE, SCOPE, NO,      SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE },
	[POST_WRITE]          = { SCOPE, SCOPE, SCOPE, NO,    NO,      NO,    NO,    NO,    SCOPE, NO,    NO,    NO,    NO    },
	[TEAM_READ]           = { SCOPE, SCOPE, SCOPE, SCOPE, NO,      SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE },
	[TEAM_WRITE]          = { SCOPE, SCOPE, SCOPE, NO,    NO,      NO,    NO,    NO,    SCOPE, NO,    NO,    NO,    NO    },
	[APPOINTMENT_READ]    = { SCOPE, SCOPE, SCOPE, OWN,   OWN,     SCOPE, NO,    NO,    SCOPE, NO,    SCOPE, SCOPE, SCOPE },
	[APPOINTMENT_GRANT]   = { SCOPE, SCOPE, SCOPE, NO,    NO,      NO,    NO,    NO,    NO,    NO,    SCOPE, SCOPE, NO    },
	[APPOINTMENT_CONFIRM] = { SCOPE, SCOPE, NO,    NO,    NO,      NO,    NO,    NO,    NO,    NO,    SCOPE, SCOPE, NO    },
	[APPOINTMENT_END]     = { SCOPE, SCOPE, SCOPE, NO,    NO,      NO,    NO,    NO,    SCOPE, NO,    NO,    NO,    NO    },
	[PLATFORM_READ]       = { SCOPE, SCOPE, SCOPE, SCOPE, SCOPE,   SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE },
	[CHANNEL_READ]        = { SCOPE, SCOPE, SCOPE, SCOPE, SCOPE,   SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE },
	[CHANNEL_WRITE]       = { SCOPE, SCOPE, SCOPE, NO,    NO,      NO,    NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[CHANNEL_IMPORT]      = { SCOPE, NO,    SCOPE, NO,    NO,      NO,    NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[CHANNEL_ACTIVATE]    = { NO,    NO,    SCOPE, NO,    NO,      NO,    NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[CHANNEL_RECORD]      = { SCOPE, SCOPE, SCOPE, NO,    NO,      NO,    NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[CHANNEL_REVIEW]      = { SCOPE, SCOPE, SCOPE, NO,    NO,      NO,    NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[CHANNEL_GRANT]       = { SCOPE, SCOPE, SCOPE, NO,    NO,      NO,    NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[CHANNEL_CLOSE]       = { SCOPE, SCOPE, NO,    NO,    NO,      NO,    NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[ASSESSMENT_READ]     = { SCOPE, SCOPE, SCOPE, SCOPE, SCOPE,   NO,    NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[ASSESSMENT_RECORD]   = { SCOPE, SCOPE, NO,    NO,    NO,      NO,    NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[ATTESTATION_READ]    = { SCOPE, SCOPE, SCOPE, OWN,   OWN,     SCOPE, NO,    NO,    SCOPE, NO,    NO,    NO,    SCOPE },
	[ATTEST]              = { SCOPE, SCOPE, NO,    NO,    NO,      NO,    NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[APPLICATION_READ]    = { SCOPE, SCOPE, SCOPE, OWN,   NO,      SCOPE, NO,    NO,    NO,    NO,    SCOPE, SCOPE, NO    },
	[APPLICATION_DRAFT]   = { SCOPE, SCOPE, SCOPE, SCOPE, NO,      NO,    NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[APPLICATION_EDIT]    = { OWN,   OWN,   OWN,   OWN,   NO,      NO,    NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[APPLICATION_DECIDE]  = { SCOPE, SCOPE, NO,    NO,    NO,      SCOPE, NO,    NO,    NO,    NO,    SCOPE, SCOPE, NO    },
	[APPLICATION_EXCLUDE] = { SCOPE, SCOPE, NO,    NO,    NO,      NO,    NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[APPLICATION_STEP_DOWN]={ OWN,   OWN,   OWN,   OWN,   NO,      OWN,   NO,    NO,    NO,    NO,    OWN,   OWN,   NO    },
	[ACCOUNT_RECORD]      = { NO,    NO,    SCOPE, NO,    NO,      NO,    NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[SETTING_READ]        = { SCOPE, SCOPE, SCOPE, SCOPE, SCOPE,   SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE },
	[SETTING_WRITE]       = { SCOPE, SCOPE, NO,    NO,    NO,      NO,    NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[REGISTER_READ]       = { SCOPE, SCOPE, SCOPE, SCOPE, SCOPE,   SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE },
	[TRANSFER_READ]       = { SCOPE, SCOPE, SCOPE, NO,    NO,      SCOPE, NO,    NO,    NO,    NO,    SCOPE, SCOPE, NO    },
	[TRANSFER_DECIDE]     = { SCOPE, NO,    NO,    NO,    NO,      NO,    NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[CALENDAR_READ]       = { SCOPE, SCOPE, SCOPE, SCOPE, SCOPE,   SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE },
	[CALENDAR_WRITE]      = { SCOPE, SCOPE, SCOPE, NO,    NO,      NO,    NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[MONITORING_READ]     = { SCOPE, SCOPE, NO,    NO,    NO,      SCOPE, NO,    SCOPE, NO,    NO,    NO,    NO,    NO    },
	[MONITORING_AUTHORISE]= { SCOPE, SCOPE, NO,    NO,    NO,      SCOPE, NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[STATEMENT_READ]      = { SCOPE, SCOPE, SCOPE, SCOPE, SCOPE,   SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE, SCOPE },
	[STATEMENT_WRITE]     = { SCOPE, SCOPE, NO,    NO,    NO,      NO,    NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[MEDIA_ENQUIRY_READ]  = { SCOPE, SCOPE, SCOPE, OWN,   NO,      SCOPE, NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[MEDIA_ENQUIRY_LOG]   = { SCOPE, SCOPE, SCOPE, SCOPE, NO,      SCOPE, NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[MEDIA_ENQUIRY_RESPOND]={ SCOPE, SCOPE, SCOPE, OWN,   NO,      SCOPE, NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[MEDIA_ENQUIRY_DECIDE]= { SCOPE, SCOPE, NO,    NO,    NO,      SCOPE, NO,    NO,    NO,    NO,    NO,    NO,    NO    },
	[AUDIT_VERIFY]        = { SCOPE, NO,    NO,    NO,    SCOPE,   NO,    NO,    NO,    NO,    NO,    NO,    NO,    SCOPE },
};
/* clang-format on */
