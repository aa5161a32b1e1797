/**
 * Why something waits: the links of a chain from what waits to whoever must act, how the chain is
 * walked, and the watch that reports chains which end nowhere.
 *
 * <p>Each part of a node says at any moment what it waits for
 * ({@link io.mobula.internal.wait.WaitPoint}); nothing is registered for it but threads that block
 * for long. Knows no part of a node by itself, and no Akka.
 */
@NullMarked
package io.mobula.internal.wait;

import org.jspecify.annotations.NullMarked;
