/* A call for papers on the eve of its deadline, as the secretariat would launch it, and what came of it. */
#include "letter_sample.h"
#include "round/request.h"

#include <stdlib.h>

#define AT_NOW      INT64_C(1796630400) /* 2026-12-07 10:00 in Cairo */
#define AT_DEADLINE INT64_C(1797371999) /* 2026-12-15 23:59:59 in Cairo */

struct config sample_config = {
    .name =
        {"الأمانة العامة لجامعة الدول العربية (إدارة شؤون اللاجئين والمغتربين والهجرة)، بصفتها الأمانة الفنية لعملية "
         "التشاور العربية الإقليمية حول الهجرة واللجوء",
         "General Secretariat of the League of Arab States, in its capacity as Technical Secretariat of the Arab "
         "Regional Consultative Process on Migration and Refugees",
         "Secrétariat général de la Ligue des États arabes, en sa qualité de Secrétariat technique du Processus "
         "consultatif régional arabe sur les migrations et les réfugiés"},
    .short_name = {"الأمانة الفنية", "Technical Secretariat", "Secrétariat technique"},
    .address = "arcp@secretariat.example",
};

static const struct contact jordan_contacts[] = {
    {ROLE_MISSION, "mission@jo.example", "مندوبية المملكة الأردنية الهاشمية", LANG_BIT(LANG_AR), WEEKEND_FRI_SAT, 1},
    {ROLE_FOCAL_POINT, "focal@jo.example", "نقطة الاتصال", LANG_BIT(LANG_AR), WEEKEND_FRI_SAT, 2},
};
static const struct contact expert_contacts[] = {
    {ROLE_OTHER, "expert@university.example", "مكتب الدراسات", LANG_BIT(LANG_AR), WEEKEND_FRI_SAT, 1},
};
const struct party sample_jordan = {
    .code = "JO",
    .kind = PARTY_STATE,
    .name = {"الأردن", "Jordan", "Jordanie"},
    .full = {"المملكة الأردنية الهاشمية", "Hashemite Kingdom of Jordan", "Royaume hachémite de Jordanie"},
    .to = {"للمملكة الأردنية الهاشمية", NULL, NULL},
    .of = {"المملكة الأردنية الهاشمية", "the Hashemite Kingdom of Jordan", "du Royaume hachémite de Jordanie"},
    .contacts = jordan_contacts,
    .n_contacts = 2,
};
const struct party sample_djibouti = {
    .code = "DJ",
    .kind = PARTY_STATE,
    .name = {"جيبوتي", "Djibouti", "Djibouti"},
    .full = {"جمهورية جيبوتي", "Republic of Djibouti", "République de Djibouti"},
};
const struct party sample_organisation = {
    .code = "ORG1",
    .kind = PARTY_ORGANISATION,
    .name = {"اللجنة الإقليمية", "Regional Commission", "Commission régionale"},
};
const struct party sample_expert = {
    .code = "EXP1",
    .kind = PARTY_EXPERT,
    .name = {"مكتب الدراسات", "Office of Studies", "Bureau d’études"},
    .contacts = expert_contacts,
    .n_contacts = 1,
};

static const struct round_item items[] = {
    {"pledges",
     {"التعهدات المعلنة في المنتدى العالمي للاجئين 2019", "Pledges made at the 2019 Global Refugee Forum",
      "Engagements pris au Forum mondial sur les réfugiés de 2019"},
     true},
    {"measures",
     {"الإجراءات المتخذة لتنفيذ التعهدات", "Measures taken on the pledges", "Mesures prises pour leur mise en œuvre"},
     true},
    {"efforts",
     {"الجهود الوطنية في إطار الاتفاق العالمي بشأن اللاجئين", "National efforts on the Global Compact on Refugees",
      "Efforts nationaux au titre du Pacte mondial sur les réfugiés"},
     false},
};
struct round_spec sample_round = {
    .ref = "ARCP/2026/04",
    .kind = ROUND_PAPERS,
    .note_number = "412/5",
    .note_date = {.year = 2026, .month = 11, .day = 22},
    .title = {"رعاية اللاجئين والمهاجرين: أوراق الدول الأعضاء", "Care for refugees and migrants: papers of the members",
              "Prise en charge des réfugiés et des migrants : contributions des membres"},
    .text =
        {"وذلك في إطار التحضير للاجتماع المقبل على مستوى كبار المسؤولين.\n\nوتُعرض المساهمات مجتمعة على الاجتماع، وتُنشر "
         "بعد "
         "موافقة الدول.",
         "The papers will be laid before the next meeting at senior-official level.\n\nThey will be published together "
         "with the agreement of the states.",
         "Les contributions seront soumises à la prochaine réunion des hauts fonctionnaires.\n\nElles seront publiées "
         "ensemble avec l’accord des États."},
    .items = items,
    .n_items = 3,
};
struct round_spec sample_round_without_note;

static const char *const documents[] = {"call for papers.pdf", "نموذج الورقة (2).docx"};
static const struct letter_paper papers[] = {
    {.name = "تقرير الأردن عن التعهدات.pdf",
     .size = 1436549,
     .sha256 = "3f2a9c0b77d1e85544aa",
     .item = 0,
     .version = 1},
    {.name = "measures v2.docx", .size = 88200, .sha256 = "a90044bc12ef77aa0011", .item = 1, .version = 2},
    {.name = "annex_1.xlsx",
     .size = 730,
     .sha256 = "00112233445566778899",
     .item = -1,
     .version = 1,
     .known = true,
     .locked = true},
    {.name = "صور.zip", .size = 31457280, .item = -1, .trouble = "too_large"},
};
static const struct letter_alert alerts[] = {
    {
        "held",
        "ARCP/2026/04",
        "DJ",
        &sample_djibouti,
        17,
        AT_NOW - 3 * 86400 - 700,
        "\u2068someone@ministry.example\u2069 – \u2068Re: ARCP/2026/04\u2069\nunknown sender",
    },
    {"filed", "ARCP/2026/04", "JO", &sample_jordan, 18, AT_NOW - 600,
     "\u2068focal@jo.example\u2069\n\u2068تقرير الأردن عن التعهدات.pdf\u2069, \u2068measures v2.docx\u2069 (known)"},
    {"bounced", "ARCP/2026/04", "DJ", &sample_djibouti, 0, AT_NOW - 300, "mission@dj.example: 550 5.1.1 user unknown"},
    {"queue_stopped", "", "", NULL, 0, AT_NOW - 100, "login: 535 5.7.8 authentication failed"},
};
static struct matrix_row rows[] = {
    {.party = "JO",
     .who = &sample_jordan,
     .addresses = 2,
     .sent = 2,
     .papers = 3,
     .answered = true,
     .complete = true,
     .late = true},
    {.party = "DJ",
     .who = &sample_djibouti,
     .addresses = 2,
     .sent = 2,
     .papers = 1,
     .answered = true,
     .missing = 3,
     .reminded = 2,
     .held = 1},
    {.party = "AE", .addresses = 1, .bounced = 1, .extended = true, .deadline_at = AT_DEADLINE + 5 * 86400},
    {.party = "YE", .addresses = 1, .sent = 1, .reminded = 1},
    {.party = "KM", .addresses = 1, .sent = 1, .papers = 1, .locked = 1, .wrote = true},
};
static const struct matrix matrices[] = {
    {.round = {.ref = "ARCP/2026/04", .deadline_at = AT_DEADLINE},
     .spec = &sample_round,
     .rows = rows,
     .n = 5,
     .complete = 1,
     .partial = 1,
     .wrote = 1,
     .silent = 2,
     .bounced = 1,
     .held = 1,
     .papers = 5},
};

static const struct request asked = {
    .verb = REQUEST_EXTEND,
    .said = {[KEY_ROUND] = "ARCP/2026/04", [KEY_PARTY] = "الأردن", [KEY_DEADLINE] = "20 December 2026"},
    .line = {[KEY_ROUND] = 1, [KEY_DEADLINE] = 2, [KEY_PARTY] = 3},
};
static const struct letter_answer proposal = {
    .kind = ANSWER_PROPOSAL,
    .verb = REQUEST_EXTEND,
    .request = &asked,
    .told = "ARCP/2026/04: deadline extended to Sunday 20 December 2026; 1 told",
    .until_at = AT_NOW + 86400,
};

const char *sample_templates_dir(void)
{
    const char *dir = getenv("TEMPLATES");
    return dir ? dir : "templates";
}

struct letter sample_letter(enum letter_kind kind, unsigned langs)
{
    static const struct contact *to[] = {&jordan_contacts[0], &jordan_contacts[1]};
    bool office = kind == LETTER_ALERT || kind == LETTER_DIGEST || kind == LETTER_ANSWER;
    if (!sample_config.zone)
        sample_config.zone = zone_open("Africa/Cairo", NULL);
    sample_round_without_note = sample_round;
    sample_round_without_note.note_number = NULL;
    struct letter l = {
        .kind = kind,
        .config = &sample_config,
        .langs = langs,
        .now_at = AT_NOW,
        .deadline_at = AT_DEADLINE,
        .days_left = 8,
        .spec = office ? NULL : &sample_round,
        .party = office ? NULL : &sample_jordan,
        .to = to,
        .n_to = office ? 0 : 2,
        .papers = papers,
        .n_papers = kind == LETTER_RECEIPT ? 4 : 0,
        .missing = kind == LETTER_RECEIPT ? 4 : 0,
        .answered = kind == LETTER_RECEIPT,
        .old_deadline_at = AT_DEADLINE - 5 * 86400,
        .for_all = true,
        .body = {"الصواب في البند الثاني: عام 2025.", "In item 2, read 2025.", "Au point 2, lire 2025."},
        .alerts = alerts,
        .n_alerts = kind == LETTER_DIGEST ? 1 : 4,
        .matrices = matrices,
        .n_matrices = 1,
        .chain_head = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        .documents = documents,
        .n_documents = 2,
        .answer = &proposal,
    };
    return l;
}
