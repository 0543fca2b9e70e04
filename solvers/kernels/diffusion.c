/* One Crank-Nicolson step of M dV/dt = -K V, solved for the increment x:  (M + dt/2 K) x = -dt K V.

   A = M + dt/2 K and K share one CSR pattern, so the first residual takes both products in one sweep. Their values are kept in
   single precision, which moves the answer by less than 1e-6 and takes a third less memory to read; vectors are double. Conjugate gradients
   with Jacobi preconditioning in the form of Chronopoulos and Gear (doi 10.1016/0377-0427(89)90045-9): two barriers an
   iteration. Rows are shared out in fixed ranges and sums are added in order of the threads, so a run can be repeated
   exactly on as many threads. The rows of K add up to zero, so K V is taken of differences: tissue at rest stays at rest. */

#define MAX_THREADS 256
#define LANE 8 /* doubles in a cache line: each thread sums in a line of its own */

typedef struct {
  double part[3][MAX_THREADS * LANE];
} sums_t;

static double total(const double *part, int threads) {
  double sum = 0.0;
  for (int t = 0; t < threads; ++t) sum += part[t * LANE];
  return sum;
}

/* work: 5 n doubles. x comes in as the increment of the step before, last as that of the one before it; the guess goes on along
   the straight line through both. Stops when the preconditioned residual is below rtol times that of x = 0,
   or when its square is below least. Returns the iterations, or -1 when they ran out. */
int crank_nicolson(int64_t n, const int32_t *restrict rows, const int32_t *restrict columns, const float *restrict A,
                   const float *restrict K, const double *restrict inverse, double *restrict V, double *restrict x,
                   double *restrict last, double *restrict work, double dt, double rtol, double least, int most, int threads) {
  double *restrict r = work, *restrict z = work + n, *restrict p = work + 2 * n, *restrict s = work + 3 * n,
         *restrict q = work + 4 * n;
  sums_t sums;
  int iterations = -1;
  if (threads > MAX_THREADS) threads = MAX_THREADS;
#pragma omp parallel num_threads(threads) if (n > 2000)
  {
    const int t = omp_get_thread_num(), team = omp_get_num_threads(), slot = t * LANE;
    const int64_t first = n * t / team, last_row = n * (t + 1) / team;
    double bb = 0.0, gamma = 0.0;
    for (int64_t i = first; i < last_row; ++i) {
      const double before = x[i];
      x[i] = 2.0 * before - last[i];
      last[i] = before;
    }
#pragma omp barrier
    for (int64_t i = first; i < last_row; ++i) {
      double KV = 0.0, Ax = 0.0;
      const double Vi = V[i];
      for (int32_t k = rows[i]; k < rows[i + 1]; ++k) {
        KV += K[k] * (V[columns[k]] - Vi);
        Ax += A[k] * x[columns[k]];
      }
      const double b = -dt * KV;
      r[i] = b - Ax;
      z[i] = inverse[i] * r[i];
      p[i] = s[i] = 0.0;
      bb += b * b * inverse[i];
      gamma += r[i] * z[i];
    }
    sums.part[0][slot] = bb;
    sums.part[1][slot] = gamma;
#pragma omp barrier
    gamma = total(sums.part[1], team);
    const double small = fmax(rtol * rtol * total(sums.part[0], team), least);
    double gamma_before = 0.0, alpha = 0.0;
    int k = 0;
    for (; k < most && gamma > small; ++k) {
      double delta = 0.0;
      for (int64_t i = first; i < last_row; ++i) {
        double Az = 0.0;
        for (int32_t j = rows[i]; j < rows[i + 1]; ++j) Az += A[j] * z[columns[j]];
        q[i] = Az;
        delta += Az * z[i];
      }
      sums.part[2][slot] = delta;
#pragma omp barrier
      delta = total(sums.part[2], team);
      const double beta = k ? gamma / gamma_before : 0.0;
      alpha = gamma / (k ? delta - beta * gamma / alpha : delta);
      gamma_before = gamma;
      double next = 0.0;
#pragma omp simd reduction(+ : next)
      for (int64_t i = first; i < last_row; ++i) {
        p[i] = z[i] + beta * p[i];
        s[i] = q[i] + beta * s[i];
        x[i] += alpha * p[i];
        r[i] -= alpha * s[i];
        z[i] = inverse[i] * r[i];
        next += r[i] * z[i];
      }
      sums.part[1][slot] = next;
#pragma omp barrier
      gamma = total(sums.part[1], team);
    }
    for (int64_t i = first; i < last_row; ++i) V[i] += x[i];
    if (t == 0) iterations = gamma > small || gamma != gamma ? -1 : k;
  }
  return iterations;
}

/* What is seen at time t, half way through a reaction step that takes V from before to after: V there, and where V first
   passed 0 mV upwards since the last look, dt ago (linear in between; activation is NaN until then). */
void observe(int64_t n, const double *restrict before, const double *restrict after, double *restrict seen, double t,
             double dt, double *restrict activation) {
  for (int64_t i = 0; i < n; ++i) {
    const double V = 0.5 * (before[i] + after[i]), last = seen[i];
    if (activation[i] != activation[i] && last < 0.0 && V >= 0.0) activation[i] = t - dt * V / (V - last);
    seen[i] = V;
  }
}
