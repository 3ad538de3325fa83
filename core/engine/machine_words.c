/* Words of states and stages, as they are stored and shown.
 *
 * SPDX-License-Identifier: MIT */
#include <engine/machine.h>

#include <string.h>

static const char *const state_words[PROCESS_STATE_COUNT] = {
    [PROCESS_CREATED] = "created",   [PROCESS_RUNNING] = "running",
    [PROCESS_WAITING] = "waiting",   [PROCESS_FINISHED] = "finished",
    [PROCESS_EXCEPTED] = "excepted", [PROCESS_KILLED] = "killed",
};

static const char *const stage_words[STAGE_COUNT] = {
    [STAGE_PREPARE] = "prepare", [STAGE_UPLOAD] = "upload",
    [STAGE_SUBMIT] = "submit",   [STAGE_RECOVER] = "recover",
    [STAGE_UPDATE] = "update",   [STAGE_RETRIEVE] = "retrieve",
    [STAGE_PARSE] = "parse",     [STAGE_KILL] = "kill",
    [STAGE_DONE] = "done",
};

const char *process_state_word(enum process_state state)
{
    return state_words[state];
}

bool process_state_parse(const char *word, enum process_state *state)
{
    for (int i = 0; i < PROCESS_STATE_COUNT; i++)
        if (word != NULL && strcmp(word, state_words[i]) == 0) {
            *state = (enum process_state)i;
            return true;
        }
    return false;
}

bool process_state_is_terminal(enum process_state state)
{
    return state == PROCESS_FINISHED || state == PROCESS_EXCEPTED ||
           state == PROCESS_KILLED;
}

const char *calcjob_stage_word(enum calcjob_stage stage)
{
    return stage_words[stage];
}

bool calcjob_stage_parse(const char *word, enum calcjob_stage *stage)
{
    for (int i = 0; i < STAGE_COUNT; i++)
        if (word != NULL && strcmp(word, stage_words[i]) == 0) {
            *stage = (enum calcjob_stage)i;
            return true;
        }
    return false;
}
