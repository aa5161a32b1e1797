package io.mobula.ps.shard;

import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.Step;

/**
 * Updates rows wherever they lie: gathers some of them into arrays that fit the first-level cache,
 * runs the optimizer's loop over all at once, and scatters them back. One thread.
 */
final class Batch {
  private final int width;
  private final int most;
  private final Slab weights;
  private final Slab[] state;
  private final Optimizer optimizer;
  private final float[] w;
  private final float[] g;
  private final float[][] s;

  Batch(int width, Slab weights, Slab[] state, Optimizer optimizer) {
    this.width = width;
    this.most = Math.max(1, Kernel.BLOCK / width);
    this.weights = weights;
    this.state = state;
    this.optimizer = optimizer;
    this.w = new float[most * width];
    this.g = new float[most * width];
    this.s = new float[state.length][most * width];
  }

  void update(Step step, Merge merged, float factor) {
    for (int done = 0; done < merged.count(); done += most) {
      int n = Math.min(most, merged.count() - done);
      System.arraycopy(merged.sums(), done * width, g, 0, n * width);
      if (factor != 1) {
        scale(g, factor, n * width);
      }
      move(weights, merged, done, n, w, true);
      for (int i = 0; i < state.length; i++) {
        move(state[i], merged, done, n, s[i], true);
      }
      optimizer.update(step, w, s, g, n * width);
      move(weights, merged, done, n, w, false);
      for (int i = 0; i < state.length; i++) {
        move(state[i], merged, done, n, s[i], false);
      }
    }
  }

  private static void scale(float[] numbers, float factor, int n) {
    for (int i = 0; i < n; i++) {
      numbers[i] *= factor;
    }
  }

  private void move(Slab slab, Merge merged, int from, int n, float[] block, boolean gather) {
    if (width == 1) {
      moveSingles(slab, merged, from, n, block, gather);
      return;
    }
    for (int i = 0; i < n; i++) {
      int row = merged.row(from + i);
      if (gather) {
        System.arraycopy(slab.chunk(row), slab.offset(row), block, i * width, width);
      } else {
        System.arraycopy(block, i * width, slab.chunk(row), slab.offset(row), width);
      }
    }
  }

  private static void moveSingles(
      Slab slab, Merge merged, int from, int n, float[] block, boolean gather) {
    if (gather) {
      for (int i = 0; i < n; i++) {
        int row = merged.row(from + i);
        block[i] = slab.chunk(row)[slab.offset(row)];
      }
    } else {
      for (int i = 0; i < n; i++) {
        int row = merged.row(from + i);
        slab.chunk(row)[slab.offset(row)] = block[i];
      }
    }
  }
}
