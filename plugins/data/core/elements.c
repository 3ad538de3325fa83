/* The chemical elements that AiiDA knows, with its default masses.
 *
 * SPDX-License-Identifier: MIT */
#include "elements.h"

#include <ctype.h>
#include <string.h>

/* Standard atomic weights of NIST as AiiDA's table holds them (retrieved 2014;
 * 104 and above 2016): a kind's default mass is part of a structure's hash, so
 * newer values would be wrong here. 113 and 115 are missing there, too. */
static const element elements[] = {
    {0, "X", 1.0},         {1, "H", 1.00794},       {2, "He", 4.002602},
    {3, "Li", 6.941},      {4, "Be", 9.012182},     {5, "B", 10.811},
    {6, "C", 12.0107},     {7, "N", 14.0067},       {8, "O", 15.9994},
    {9, "F", 18.9984032},  {10, "Ne", 20.1797},     {11, "Na", 22.98977},
    {12, "Mg", 24.305},    {13, "Al", 26.981538},   {14, "Si", 28.0855},
    {15, "P", 30.973761},  {16, "S", 32.065},       {17, "Cl", 35.453},
    {18, "Ar", 39.948},    {19, "K", 39.0983},      {20, "Ca", 40.078},
    {21, "Sc", 44.955912}, {22, "Ti", 47.867},      {23, "V", 50.9415},
    {24, "Cr", 51.9961},   {25, "Mn", 54.938045},   {26, "Fe", 55.845},
    {27, "Co", 58.933195}, {28, "Ni", 58.6934},     {29, "Cu", 63.546},
    {30, "Zn", 65.38},     {31, "Ga", 69.723},      {32, "Ge", 72.64},
    {33, "As", 74.9216},   {34, "Se", 78.96},       {35, "Br", 79.904},
    {36, "Kr", 83.798},    {37, "Rb", 85.4678},     {38, "Sr", 87.62},
    {39, "Y", 88.90585},   {40, "Zr", 91.224},      {41, "Nb", 92.90638},
    {42, "Mo", 95.96},     {43, "Tc", 98.0},        {44, "Ru", 101.07},
    {45, "Rh", 102.9055},  {46, "Pd", 106.42},      {47, "Ag", 107.8682},
    {48, "Cd", 112.411},   {49, "In", 114.818},     {50, "Sn", 118.71},
    {51, "Sb", 121.76},    {52, "Te", 127.6},       {53, "I", 126.90447},
    {54, "Xe", 131.293},   {55, "Cs", 132.9054519}, {56, "Ba", 137.327},
    {57, "La", 138.90547}, {58, "Ce", 140.116},     {59, "Pr", 140.90765},
    {60, "Nd", 144.242},   {61, "Pm", 145.0},       {62, "Sm", 150.36},
    {63, "Eu", 151.964},   {64, "Gd", 157.25},      {65, "Tb", 158.92535},
    {66, "Dy", 162.5},     {67, "Ho", 164.93032},   {68, "Er", 167.259},
    {69, "Tm", 168.93421}, {70, "Yb", 173.054},     {71, "Lu", 174.9668},
    {72, "Hf", 178.49},    {73, "Ta", 180.94788},   {74, "W", 183.84},
    {75, "Re", 186.207},   {76, "Os", 190.23},      {77, "Ir", 192.217},
    {78, "Pt", 195.084},   {79, "Au", 196.966569},  {80, "Hg", 200.59},
    {81, "Tl", 204.3833},  {82, "Pb", 207.2},       {83, "Bi", 208.9804},
    {84, "Po", 209.0},     {85, "At", 210.0},       {86, "Rn", 222.0},
    {87, "Fr", 223.0},     {88, "Ra", 226.0},       {89, "Ac", 227.0},
    {90, "Th", 232.03806}, {91, "Pa", 231.03588},   {92, "U", 238.02891},
    {93, "Np", 237.0},     {94, "Pu", 244.0},       {95, "Am", 243.0},
    {96, "Cm", 247.0},     {97, "Bk", 247.0},       {98, "Cf", 251.0},
    {99, "Es", 252.0},     {100, "Fm", 257.0},      {101, "Md", 258.0},
    {102, "No", 259.0},    {103, "Lr", 262.0},      {104, "Rf", 267.0},
    {105, "Db", 268.0},    {106, "Sg", 271.0},      {107, "Bh", 272.0},
    {108, "Hs", 270.0},    {109, "Mt", 276.0},      {110, "Ds", 281.0},
    {111, "Rg", 280.0},    {112, "Cn", 285.0},      {114, "Fl", 289.0},
    {116, "Lv", 293.0},
};
#define N_ELEMENTS (sizeof elements / sizeof *elements)

const element *element_by_symbol(const char *symbol, size_t len)
{
    for (size_t i = 0; i < N_ELEMENTS; i++)
        if (strlen(elements[i].symbol) == len &&
            memcmp(elements[i].symbol, symbol, len) == 0)
            return &elements[i];
    return NULL;
}

const element *element_by_number(long number)
{
    for (size_t i = 0; i < N_ELEMENTS; i++)
        if (elements[i].number == number)
            return &elements[i];
    return NULL;
}

const element *element_of_label(const char *label, size_t len)
{
    char symbol[2];

    if (len == 0 || !isalpha((unsigned char)label[0]))
        return NULL;
    symbol[0] = (char)toupper((unsigned char)label[0]);
    const size_t letters = len < 2 || !isalpha((unsigned char)label[1])   ? 1
                           : len < 3 || !isalpha((unsigned char)label[2]) ? 2
                                                                          : 3;
    if (letters == 2)
        symbol[1] = (char)tolower((unsigned char)label[1]);
    return letters <= 2 ? element_by_symbol(symbol, letters) : NULL;
}
