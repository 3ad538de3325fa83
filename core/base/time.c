/* Points in time as text, always UTC.
 *
 * SPDX-License-Identifier: MIT */
#include <base/text.h>

#include <inttypes.h>
#include <string.h>
#include <time.h>

#define NS_PER_S INT64_C(1000000000)
#define SECONDS_PER_DAY INT64_C(86400)
/* 64 bits of nanoseconds reach from September 1677 to April 2262. */
#define MAX_SECONDS (INT64_MAX / NS_PER_S - 1)

/* Decimal digits of value, `count` of them. */
static char *put_digits(char *out, int value, int count)
{
    for (int i = count - 1; i >= 0; i--, value /= 10)
        out[i] = (char)('0' + value % 10);
    return out + count;
}

static void time_format(int64_t ns, char between, const char *offset, char *out)
{
    int64_t seconds = ns / NS_PER_S;
    int64_t rest = ns % NS_PER_S;

    if (rest < 0) {
        rest += NS_PER_S;
        seconds--;
    }
    const time_t when = (time_t)seconds;
    struct tm t = {0};
    gmtime_r(&when, &t);
    const struct {
        int value, digits;
        char after;
    } parts[] = {
        {t.tm_year + 1900, 4, '-'}, {t.tm_mon + 1, 2, '-'},
        {t.tm_mday, 2, between},    {t.tm_hour, 2, ':'},
        {t.tm_min, 2, ':'},         {t.tm_sec, 2, '.'},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        out = put_digits(out, parts[i].value, parts[i].digits);
        *out++ = parts[i].after;
    }
    out = put_digits(out, (int)(rest / 1000), 6);
    memcpy(out, offset, strlen(offset) + 1);
}

void time_format_sql(int64_t ns, char *out)
{
    time_format(ns, ' ', "", out);
}

void time_format_iso(int64_t ns, char *out)
{
    time_format(ns, 'T', "+00:00", out);
}

/* Exactly `count` digits; the cursor moves past them. */
static bool read_digits(const char **at, int count, int *value)
{
    int number = 0;

    for (int i = 0; i < count; i++) {
        const char c = (*at)[i];
        if (c < '0' || c > '9')
            return false;
        number = number * 10 + (c - '0');
    }
    *at += count;
    *value = number;
    return true;
}

static bool read_char(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

/* Days since 1970-01-01 of a Gregorian date, counting years from March:
 * H. Hinnant, "chrono-compatible low-level date algorithms". */
static int64_t days_of(int year, int month, int day)
{
    const int64_t y = month <= 2 ? year - 1 : year;
    const int64_t era = (y >= 0 ? y : y - 399) / 400;
    const int64_t year_of_era = y - era * 400;
    const int64_t day_of_year =
        (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return era * 146097 + year_of_era * 365 + year_of_era / 4 -
           year_of_era / 100 + day_of_year - 719468;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (month == 2 && (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)))
        return 29;
    return days[month - 1];
}

static bool read_date(const char **at, int64_t *seconds)
{
    int year, month, day;

    if (!read_digits(at, 4, &year) || !read_char(at, '-') ||
        !read_digits(at, 2, &month) || !read_char(at, '-') ||
        !read_digits(at, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return false;
    *seconds = days_of(year, month, day) * SECONDS_PER_DAY;
    return true;
}

static bool read_clock(const char **at, int64_t *seconds, int64_t *ns)
{
    int hour, minute, second;

    if (!read_digits(at, 2, &hour) || !read_char(at, ':') ||
        !read_digits(at, 2, &minute) || !read_char(at, ':') ||
        !read_digits(at, 2, &second))
        return false;
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    *seconds = (int64_t)hour * 3600 + minute * 60 + second;
    *ns = 0;
    if (!read_char(at, '.'))
        return true;
    int64_t unit = NS_PER_S / 10;
    const char *const first = *at;
    for (int digit; read_digits(at, 1, &digit); unit /= 10)
        *ns += digit * unit; /* beyond nanoseconds the unit is 0 */
    return *at > first;
}

/* Nothing, Z, +HH:MM, +HHMM or +HH. */
static bool read_offset(const char **at, int64_t *seconds)
{
    int hours, minutes = 0;

    *seconds = 0;
    if (**at == '\0' || read_char(at, 'Z'))
        return true;
    const int64_t sign = **at == '-' ? -1 : 1;
    if (!read_char(at, '+') && !read_char(at, '-'))
        return false;
    if (!read_digits(at, 2, &hours))
        return false;
    const bool has_colon = read_char(at, ':');
    if ((has_colon || **at != '\0') && !read_digits(at, 2, &minutes))
        return false;
    *seconds = sign * ((int64_t)hours * 3600 + minutes * 60);
    return hours <= 23 && minutes <= 59;
}

bool time_parse(const char *text, int64_t *ns)
{
    int64_t date, clock, fraction, offset;

    if (!read_date(&text, &date))
        return false;
    if (!read_char(&text, ' ') && !read_char(&text, 'T'))
        return false;
    if (!read_clock(&text, &clock, &fraction) || !read_offset(&text, &offset))
        return false;
    const int64_t seconds = date + clock - offset;
    if (*text != '\0' || seconds > MAX_SECONDS || seconds < -MAX_SECONDS)
        return false;
    *ns = seconds * NS_PER_S + fraction;
    return true;
}

int64_t time_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}
