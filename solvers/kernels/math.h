/* exp and log that the compiler can vectorise in a plain loop, on any platform (no vector libm needed). */
#include <math.h>
#include <stdint.h>
#include <string.h>

#ifdef _OPENMP
#include <omp.h>
#else
static inline int omp_get_thread_num(void) { return 0; }
static inline int omp_get_num_threads(void) { return 1; }
#endif

static inline __attribute__((always_inline)) double square(double x) { return x * x; }

/* exp(x) = 2^n exp(r), |r| <= ln(2)/2, Taylor to degree 12 (truncation 2e-16); x is held within +-700. */
static inline __attribute__((always_inline)) double inline_exp(double x) {
  x = x < -700.0 ? -700.0 : x;
  x = x > 700.0 ? 700.0 : x;
  const double n = rint(x * 1.4426950408889634);
  const double r = (x - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10;
  double p = 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  const int64_t bits = ((int64_t)(int32_t)n + 1023) << 52;
  double scale;
  memcpy(&scale, &bits, sizeof scale);
  return p * scale;
}

/* log(x) = k ln(2) + 2 atanh((m-1)/(m+1)), x = 2^k m, m in [sqrt(1/2), sqrt(2)); x must be positive and normal. */
static inline __attribute__((always_inline)) double inline_log(double x) {
  int64_t bits;
  memcpy(&bits, &x, sizeof bits);
  const int64_t shifted = bits - 0x3FE6A09E667F3BCDLL;
  const int32_t k = (int32_t)(shifted >> 52);
  const int64_t mantissa = bits - ((int64_t)k << 52);
  double m;
  memcpy(&m, &mantissa, sizeof m);
  const double s = (m - 1.0) / (m + 1.0), q = s * s;
  double p = 1.0 / 21.0;
  p = p * q + 1.0 / 19.0;
  p = p * q + 1.0 / 17.0;
  p = p * q + 1.0 / 15.0;
  p = p * q + 1.0 / 13.0;
  p = p * q + 1.0 / 11.0;
  p = p * q + 1.0 / 9.0;
  p = p * q + 1.0 / 7.0;
  p = p * q + 1.0 / 5.0;
  p = p * q + 1.0 / 3.0;
  return k * 0.69314718055994530942 + 2.0 * s * (1.0 + q * p);
}
