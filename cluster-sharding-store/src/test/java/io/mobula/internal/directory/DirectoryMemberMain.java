package io.mobula.internal.directory;

/**
 * Main class of a process that hosts the directory. It joins the member at the given port, or
 * itself.
 */
final class DirectoryMemberMain {
  private DirectoryMemberMain() {}

  public static void main(String[] arguments) throws Exception {
    var process = DirectoryMember.start(true);
    process.join(arguments.length == 0 ? process.self.incarnation() : Long.parseLong(arguments[0]));
    System.out.println("up at " + process.self.incarnation());
    Thread.currentThread().join();
  }
}
