/**
 * The bench of faults: a mixed workload over a cluster under a seeded plan of faults, and the check
 * of its history. The plan, the cluster and the check are those of {@code io.mobula.testkit.fault},
 * which users have, too.
 */
@NullMarked
package io.mobula.jmh.faults;

import org.jspecify.annotations.NullMarked;
