package io.mobula.internal.job;

import io.mobula.Resources;
import io.mobula.error.InvalidRequestException;
import java.util.Map;
import java.util.TreeSet;

/**
 * What of a node's resources stays with it and what each of its worker processes offers; together
 * never more than there is. Pure.
 *
 * @param node what stays
 * @param worker what each worker has
 */
public record ResourceSplit(Resources node, Resources worker) {

  /** No workers: all of it stays. */
  public static ResourceSplit none(Resources all) {
    return new ResourceSplit(all, Resources.none());
  }

  /**
   * Equal parts, and nothing for the node, but for those resources of which it is said what each
   * worker has. Whole GPUs only; those that are left over stay with the node.
   *
   * @param workers how many, at least one
   * @param said units for each worker, by resource
   * @throws InvalidRequestException when that is more than there is
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
