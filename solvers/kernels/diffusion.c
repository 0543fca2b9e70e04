/* One Crank-Nicolson step of M dV/dt = -K V, solved for the increment x:  (M + dt/2 K) x = -dt K V, V += x.

   A = M + dt/2 K and K share one pattern, in slices of WIDTH rows: entry j of row l of a slice stands at start + j * WIDTH + l,
   so that WIDTH rows advance together; rows that are shorter than the longest of their slice have zeros at the end. V is
   double, the increment, the matrices and all that finds it are `real`. Conjugate gradients with Jacobi preconditioning in
   the form of Chronopoulos and Gear (doi 10.1016/0377-0427(89)90045-9): two barriers an iteration. Slices are shared out in
   fixed ranges and sums are added in order of the threads, so a run can be repeated exactly on as many threads. The rows of
   K add up to zero, so K V is taken of differences: tissue at rest stays at rest. */

#define WIDTH 16
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

/* The first residual of one slice, r = -dt K V - A x, z = r / diagonal, with the directions cleared; adds to the sums of
   squares of b = -dt K V and of r in the norm of the preconditioner. V has `lanes` entries from this slice on. */
static void begin_slice(int lanes, int64_t width, const int32_t *restrict columns, const real *restrict A,
                        const real *restrict K, const real *restrict inverse, const double *restrict V,
                        const double *restrict own, const real *restrict x, real *restrict r, real *restrict z,
                        real *restrict p, real *restrict s, real dt, double *bb, double *gamma) {
  real KV[WIDTH] = {0}, Ax[WIDTH] = {0}, b2 = 0, r2 = 0;
  double here[WIDTH];
  for (int l = 0; l < WIDTH; ++l) here[l] = own[l < lanes ? l : 0];
  for (int64_t k = 0; k < width; k += WIDTH)
#pragma omp simd
    for (int l = 0; l < WIDTH; ++l) {
      KV[l] += K[k + l] * REAL(V[columns[k + l]] - here[l]);
      Ax[l] += A[k + l] * x[columns[k + l]];
    }
#pragma omp simd reduction(+ : b2, r2)
  for (int l = 0; l < WIDTH; ++l) {
    const real b = -dt * KV[l];
    r[l] = b - Ax[l];
    z[l] = inverse[l] * r[l];
    p[l] = s[l] = 0;
    b2 += b * b * inverse[l];
    r2 += r[l] * z[l];
  }
  *bb += b2;
  *gamma += r2;
}

/* q = A z of one slice; returns z . q. */
static double multiply_slice(int64_t width, const int32_t *restrict columns, const real *restrict A,
                             const real *restrict z, const real *restrict own, real *restrict q) {
  real Az[WIDTH] = {0}, product = 0;
  for (int64_t k = 0; k < width; k += WIDTH)
#pragma omp simd
    for (int l = 0; l < WIDTH; ++l) Az[l] += A[k + l] * z[columns[k + l]];
#pragma omp simd reduction(+ : product)
  for (int l = 0; l < WIDTH; ++l) {
    q[l] = Az[l];
    product += Az[l] * own[l];
  }
  return product;
}

/* One step along the new direction in one slice; returns r . z. */
static double update_slice(real alpha, real beta, const real *restrict inverse, const real *restrict q, real *restrict x,
                           real *restrict r, real *restrict z, real *restrict p, real *restrict s) {
  real next = 0;
#pragma omp simd reduction(+ : next)
  for (int l = 0; l < WIDTH; ++l) {
    p[l] = z[l] + beta * p[l];
    s[l] = q[l] + beta * s[l];
    x[l] += alpha * p[l];
    r[l] -= alpha * s[l];
    z[l] = inverse[l] * r[l];
    next += r[l] * z[l];
  }
  return next;
}

/* The same three for all slices of one process of several, which adds the sums up with the others and sees to the neighbours'
   values between them: V, x and z have those of other processes behind their own. Returns r . z, and b . b in bb. */
double begin_rows(int64_t n, const int64_t *restrict starts, const int32_t *restrict columns, const real *restrict A,
                  const real *restrict K, const real *restrict inverse, const double *restrict V, const real *restrict x,
                  real *restrict r, real *restrict z, real *restrict p, real *restrict s, double dt, double *bb) {
  const unsigned before = flush_tiny();
  double gamma = 0.0;
  *bb = 0.0;
  for (int64_t c = 0; c * WIDTH < n; ++c) {
    const int64_t i = c * WIDTH, k = starts[c];
    begin_slice(n - i < WIDTH ? (int)(n - i) : WIDTH, starts[c + 1] - k, columns + k, A + k, K + k, inverse + i, V, V + i, x,
                r + i, z + i, p + i, s + i, REAL(dt), bb, &gamma);
  }
  restore_tiny(before);
  return gamma;
}

double multiply_rows(int64_t n, const int64_t *restrict starts, const int32_t *restrict columns, const real *restrict A,
                     const real *restrict z, real *restrict q) {
  const unsigned before = flush_tiny();
  double delta = 0.0;
  for (int64_t c = 0; c * WIDTH < n; ++c) {
    const int64_t i = c * WIDTH, k = starts[c];
    delta += multiply_slice(starts[c + 1] - k, columns + k, A + k, z, z + i, q + i);
  }
  restore_tiny(before);
  return delta;
}

double update_rows(int64_t n, double alpha, double beta, const real *restrict inverse, const real *restrict q,
                   real *restrict x, real *restrict r, real *restrict z, real *restrict p, real *restrict s) {
  const unsigned before = flush_tiny();
  double gamma = 0.0;
  for (int64_t i = 0; i < n; i += WIDTH)
    gamma += update_slice(REAL(alpha), REAL(beta), inverse + i, q + i, x + i, r + i, z + i, p + i, s + i);
  restore_tiny(before);
  return gamma;
}

/* n rows in m = WIDTH * slices; V has n entries, inverse, x and last have m, work 5 m. x comes in as the increment of the step
   before, last as that of the one before it; the guess goes on along the straight line through both. Stops when the preconditioned
   residual is below rtol times that of x = 0, or when its square is below least. Returns the iterations, or -1 when they ran out. */
int crank_nicolson(int64_t n, const int64_t *restrict starts, const int32_t *restrict columns, const real *restrict A,
                   const real *restrict K, const real *restrict inverse, double *restrict V, real *restrict x,
                   real *restrict last, real *restrict work, double dt, double rtol, double least, int most, int threads) {
  const int64_t slices = (n + WIDTH - 1) / WIDTH, m = slices * WIDTH;
  real *restrict r = work, *restrict z = work + m, *restrict p = work + 2 * m, *restrict s = work + 3 * m,
       *restrict q = work + 4 * m;
  sums_t sums;
  int iterations = -1;
  if (threads > MAX_THREADS) threads = MAX_THREADS;
#pragma omp parallel num_threads(threads) if (n > 2000)
  {
    const unsigned before = flush_tiny();
    const int t = omp_get_thread_num(), team = omp_get_num_threads(), slot = t * LANE;
    const int64_t first = slices * t / team, end = slices * (t + 1) / team;
    for (int64_t i = first * WIDTH; i < end * WIDTH; ++i) {
      const real increment = x[i];
      x[i] = 2 * increment - last[i];
      last[i] = increment;
    }
#pragma omp barrier
    double bb = 0.0, gamma = 0.0;
    for (int64_t c = first; c < end; ++c) {
      const int64_t i = c * WIDTH, k = starts[c];
      begin_slice(n - i < WIDTH ? (int)(n - i) : WIDTH, starts[c + 1] - k, columns + k, A + k, K + k, inverse + i, V, V + i, x,
                  r + i, z + i, p + i, s + i, REAL(dt), &bb, &gamma);
    }
    sums.part[0][slot] = bb;
    sums.part[1][slot] = gamma;
#pragma omp barrier
    gamma = total(sums.part[1], team);
    const double small = fmax(rtol * rtol * total(sums.part[0], team), least);
    double gamma_before = 0.0, alpha = 0.0;
    int k = 0;
    for (; k < most && gamma > small; ++k) {
      double delta = 0.0, next = 0.0;
      for (int64_t c = first; c < end; ++c) {
        const int64_t i = c * WIDTH, j = starts[c];
        delta += multiply_slice(starts[c + 1] - j, columns + j, A + j, z, z + i, q + i);
      }
      sums.part[2][slot] = delta;
#pragma omp barrier
      delta = total(sums.part[2], team);
      const double beta = k ? gamma / gamma_before : 0.0;
      alpha = gamma / (k ? delta - beta * gamma / alpha : delta);
      gamma_before = gamma;
      for (int64_t i = first * WIDTH; i < end * WIDTH; i += WIDTH)
        next += update_slice(REAL(alpha), REAL(beta), inverse + i, q + i, x + i, r + i, z + i, p + i, s + i);
      sums.part[1][slot] = next;
#pragma omp barrier
      gamma = total(sums.part[1], team);
    }
    const int64_t stop = end * WIDTH < n ? end * WIDTH : n;
    for (int64_t i = first * WIDTH; i < stop; ++i) V[i] += x[i];
    if (t == 0) iterations = gamma > small || gamma != gamma ? -1 : k;
    restore_tiny(before);
  }
  return iterations;
}

/* What is seen at time t, half way through a reaction step that takes V from before to after: V there, and every node that
   passed 0 mV upwards since the last look, dt ago, with the time (linear in between), in no order. Returns how many. */
int64_t observe(int64_t n, const double *restrict before, const double *restrict after, double *restrict seen, double t,
                double dt, int32_t *restrict nodes, double *restrict times, int threads) {
  enum { SIZE = 256 };
  const int64_t blocks = (n + SIZE - 1) / SIZE;
  int64_t count = 0;
#pragma omp parallel for schedule(static) num_threads(threads) if (n > 20000)
  for (int64_t b = 0; b < blocks; ++b) {
    const int64_t first = b * SIZE, size = n - first < SIZE ? n - first : SIZE;
    double last[SIZE];
    int some = 0;
#pragma omp simd reduction(| : some)
    for (int64_t i = 0; i < size; ++i) {
      const double V = 0.5 * (before[first + i] + after[first + i]);
      last[i] = seen[first + i];
      some |= (last[i] < 0.0) & (V >= 0.0);
      seen[first + i] = V;
    }
    if (!some) continue;
    for (int64_t i = 0; i < size; ++i) {
      const double V = seen[first + i];
      if (!(last[i] < 0.0 && V >= 0.0)) continue;
      int64_t k;
#pragma omp atomic capture
      k = count++;
      nodes[k] = (int32_t)(first + i);
      times[k] = t - dt * V / (V - last[i]);
    }
  }
  return count;
}
