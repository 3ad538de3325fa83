/* The processes that the tests of inputs launch.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_PROCESS_CHECKS_MANIFEST_H
#define TESTS_UNIT_PROCESS_CHECKS_MANIFEST_H

static const char checks_manifest[] =
    "  calculations:\n"
    "    fake.checks:\n"
    "      interface: orma.calculation/1\n"
    "      summary: A job with inputs of many kinds\n"
    "      inputs:\n"
    "        n: {type: core.int, minimum: 1, maximum: 10, help: A number}\n"
    "        word: {type: optional core.str, choices: [abort, pause], help: A word}\n"
    "        name: {type: optional core.str, pattern: '^[a-z]+$', help: A name}\n"
    "        items: {type: optional core.list, length: [1, 2], help: Some}\n"
    "        structure: {type: optional core.structure, help: A cell}\n"
    "        either: {type: [core.int, core.float], required: false, help: A number}\n"
    "        any: {required: false, help: Anything}\n"
    "        late: {type: core.int, default: 7, help: Has a default}\n"
    "        file: {type: optional core.singlefile, help: A file}\n"
    "        kept: {type: str, default: plain, non_db: true, help: A plain value}\n"
    "        seen: {type: optional core.int, non_db: true, help: Not linked}\n"
    "        sub:\n"
    "          required: false\n"
    "          help: Some together\n"
    "          ports:\n"
    "            must: {type: core.int, help: Needed below sub}\n"
    "            may: {type: optional core.int, help: Not needed}\n"
    "        lazy:\n"
    "          required: false\n"
    "          populate_defaults: false\n"
    "          help: Filled when asked for\n"
    "          ports:\n"
    "            filled: {type: core.int, default: 1, help: Filled}\n"
    "        dyn: {dynamic: core.int, nested: true, required: false, help: Numbers}\n"
    "        needed: {dynamic: core.int, help: Numbers that are needed}\n"
    "        code: {type: optional code, help: The code}\n"
    "      options:\n"
    "        resources: {num_machines: 1}\n"
    "        output_filename: out.txt\n"
    "  workflows:\n"
    "    fake.wrap:\n"
    "      interface: orma.workflow/1\n"
    "      summary: A process whose plugin checks its inputs\n"
    "      inputs:\n"
    "        expose:\n"
    "          - {process: quantumespresso.pw, into: pw}\n"
    "      outline:\n"
    "        - run\n";

#endif
