package io.mobula.internal.job;

import io.mobula.error.InvalidRequestException;
import io.mobula.placement.Resources;
import java.util.Map;
import java.util.TreeSet;

/**
 * Split of a node's resources between the node itself and its worker processes; the sum never
 * exceeds the whole. Immutable.
 *
 * @param node the resources that stay with the node
 * @param worker the resources of each worker
 */
public record ResourceSplit(Resources node, Resources worker) {

  /** Returns the split without workers: the node keeps everything. */
  public static ResourceSplit none(Resources all) {
    return new ResourceSplit(all, Resources.none());
  }

  /**
   * Splits the resources equally among the workers, except for those whose amount per worker is
   * given. GPUs are split in whole ones, and the remaining ones stay with the node.
   *
   * @param workers the number of workers, at least one
   * @param said units for each worker, by resource
   * @throws InvalidRequestException when the sum exceeds the whole
   */
  public static ResourceSplit of(Resources all, int workers, Map<String, Long> said) {
    var names = new TreeSet<>(all.asUnits().keySet());
    names.addAll(said.keySet());
    var node = all;
    var worker = Resources.none();
    for (var name : names) {
      long each = said.getOrDefault(name, evenly(name, all.units(name), workers));
      long rest = all.units(name) - Math.multiplyExact(each, workers);
      if (rest < 0) {
        throw new InvalidRequestException(workers + " workers with "
            + Resources.none().withUnits(name, each) + " each are more than the node's "
            + Resources.none().withUnits(name, all.units(name))
            + ": give them less, or raise what the node has in mobula.resources");
      }
      node = node.withUnits(name, rest);
      worker = worker.withUnits(name, each);
    }
    return new ResourceSplit(node, worker);
  }

  private static long evenly(String name, long units, int workers) {
    long each = units / workers;
    return name.equals(Resources.GPU) ? each - each % Resources.UNITS_PER_ONE : each;
  }
}
