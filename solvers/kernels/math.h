/* exp and log that the compiler can vectorise in a plain loop, on any platform (no vector libm needed), for the type `real`:
   float where SINGLE is defined, else double. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#ifdef _OPENMP
#include <omp.h>
#else
static inline int omp_get_thread_num(void) { return 0; }
static inline int omp_get_num_threads(void) { return 1; }
#endif

/* Numbers too small for the type count as zero: in resting tissue nearly all are, and each would cost a hundred cycles.
   The setting belongs to the thread; what it was is given back afterwards. */
#if defined(__x86_64__)
#include <immintrin.h>
static inline unsigned flush_tiny(void) {
  const unsigned before = _mm_getcsr();
  _mm_setcsr(before | 0x8040);
  return before;
}
static inline void restore_tiny(unsigned before) { _mm_setcsr(before); }
#else
static inline unsigned flush_tiny(void) { return 0; }
static inline void restore_tiny(unsigned before) { (void)before; }
#endif

#define INLINE static inline __attribute__((always_inline))
#define REAL(x) ((real)(x))

#ifdef SINGLE
typedef float real;

/* exp(x) = 2^n exp(r), |r| <= ln(2)/2, Taylor to degree 7 (truncation 6e-9); x is held within +-87. */
INLINE real inline_exp(real x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 87.0f ? 87.0f : x;
  const float n = rintf(x * 1.44269504f);
  const float r = (x - n * 0.693145752f) - n * 1.42860677e-6f;
  float p = 1.0f / 5040.0f;
  p = p * r + 1.0f / 720.0f;
  p = p * r + 1.0f / 120.0f;
  p = p * r + 1.0f / 24.0f;
  p = p * r + 1.0f / 6.0f;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const int32_t bits = ((int32_t)n + 127) << 23;
  float scale;
  memcpy(&scale, &bits, sizeof scale);
  return p * scale;
}

/* log(x) as below, to degree 9 (truncation 4e-10). */
INLINE real inline_log(real x) {
  int32_t bits;
  memcpy(&bits, &x, sizeof bits);
  const int32_t k = (bits - 0x3F3504F3) >> 23;
  const int32_t mantissa = bits - k * (1 << 23);
  float m;
  memcpy(&m, &mantissa, sizeof m);
  const float s = (m - 1.0f) / (m + 1.0f), q = s * s;
  float p = 1.0f / 9.0f;
  p = p * q + 1.0f / 7.0f;
  p = p * q + 1.0f / 5.0f;
  p = p * q + 1.0f / 3.0f;
  return (float)k * 0.693147181f + 2.0f * s * (1.0f + q * p);
}

INLINE real inline_sqrt(real x) { return sqrtf(x); }
#else
typedef double real;

/* exp(x) = 2^n exp(r), |r| <= ln(2)/2, Taylor to degree 12 (truncation 2e-16); x is held within +-700. */
INLINE real inline_exp(real x) {
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
INLINE real inline_log(real x) {
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

INLINE real inline_sqrt(real x) { return sqrt(x); }
#endif

INLINE real square(real x) { return x * x; }
