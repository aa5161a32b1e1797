/**
 * Contract suite: tests of the API's guarantees that share no state with tasks and actors through
 * the JVM, only through refs, actors and files whose path is an argument. So the same suite can run
 * with its work in other processes: {@link io.mobula.contract.RuntimeSource} decides where the
 * runtime comes from.
 */
package io.mobula.contract;
