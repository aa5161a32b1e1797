package io.mobula.ps.row;

import io.mobula.ps.kernel.Kernel;
import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.Step;

/**
 * Updates rows wherever they lie: gathers some of them into arrays that fit the first-level cache,
 * runs the optimizer's loop over all at once, and scatters them back. One thread.
 */
public final class Batch {
  private final int width;
  private final int most;
  private final Slab slab;
  private final Optimizer optimizer;
  private final float[] gradients;
  private final float[][] parts; // weights, then each state vector
  private final float[][] state;

  /** Of rows of that width, which lie in a slab. */
  public Batch(int width, Slab slab, Optimizer optimizer) {
    this.width = width;
    this.most = Math.max(1, Kernel.BLOCK / width);
    this.slab = slab;
    this.optimizer = optimizer;
    this.gradients = new float[most * width];
    this.parts = new float[1 + optimizer.stateVectors()][most * width];
    this.state = new float[optimizer.stateVectors()][];
    System.arraycopy(parts, 1, state, 0, state.length);
  }

  /**
   * Applies sums of gradients, each multiplied by a factor.
   *
   * @param step which update this is
   */
  public void update(Step step, Merge merged, float factor) {
    for (int done = 0; done < merged.count(); done += most) {
      int n = Math.min(most, merged.count() - done);
      System.arraycopy(merged.sums(), done * width, gradients, 0, n * width);
      if (factor != 1) {
        scale(gradients, factor, n * width);
      }
      gather(merged.rows(), done, n);
      optimizer.update(step, parts[0], state, gradients, n * width);
      scatter(merged.rows(), done, n);
    }
  }

  private static void scale(float[] numbers, float factor, int n) {
    for (int i = 0; i < n; i++) {
      numbers[i] *= factor;
    }
  }

  private void gather(int[] rows, int from, int n) {
    for (int p = 0; p < parts.length; p++) {
      if (width == 1) {
        gatherSingles(rows, from, n, p, parts[p]);
      } else {
        for (int i = 0; i < n; i++) {
          int row = rows[from + i];
          int at = slab.offset(row) + p * width;
          System.arraycopy(slab.chunk(row), at, parts[p], i * width, width);
        }
      }
    }
  }

  private void gatherSingles(int[] rows, int from, int n, int p, float[] into) {
    for (int i = 0; i < n; i++) {
      int row = rows[from + i];
      into[i] = slab.chunk(row)[slab.offset(row) + p];
    }
  }

  private void scatter(int[] rows, int from, int n) {
    for (int p = 0; p < parts.length; p++) {
      if (width == 1) {
        scatterSingles(rows, from, n, p, parts[p]);
      } else {
        for (int i = 0; i < n; i++) {
          int row = rows[from + i];
          int at = slab.offset(row) + p * width;
          System.arraycopy(parts[p], i * width, slab.chunk(row), at, width);
        }
      }
    }
  }

  private void scatterSingles(int[] rows, int from, int n, int p, float[] numbers) {
    for (int i = 0; i < n; i++) {
      int row = rows[from + i];
      slab.chunk(row)[slab.offset(row) + p] = numbers[i];
    }
  }
}
