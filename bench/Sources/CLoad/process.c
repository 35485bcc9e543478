#define _GNU_SOURCE
#include "internal.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

pid_t load_spawn(const char *const *arguments, const char *log) {
    int output = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (output < 0 || input < 0) { return load_fail("%s: %s", log, strerror(errno)); }
    pid_t parent = getpid(), process = fork();
    if (process == 0) {
        // It must not outlive this process; if that has ended already, nobody will say so.
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) { _exit(127); }
        dup2(input, 0);
        dup2(output, 1);
        dup2(output, 2);
        execvp(arguments[0], (char *const *)arguments);
        dprintf(2, "%s: %s\n", arguments[0], strerror(errno));
        _exit(127);
    }
    close(output);
    close(input);
    return process < 0 ? load_fail("fork: %s", strerror(errno)) : process;
}

int load_has_ended(pid_t process, int *status) { return waitpid(process, status, WNOHANG) == process; }

int load_stop(pid_t process, double seconds) {
    int status = 0;
    uint64_t end = load_now() + (uint64_t)(seconds * 1e9);
    kill(process, SIGTERM);
    while (load_now() < end) {
        if (load_has_ended(process, &status)) { return status; }
        nanosleep(&(struct timespec){0, 5000000}, NULL);
    }
    kill(process, SIGKILL);
    waitpid(process, &status, 0);
    return status;
}

int load_free_port(void) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, size)
        || getsockname(listener, (struct sockaddr *)&address, &size)) { return load_fail("%s", strerror(errno)); }
    close(listener);
    return ntohs(address.sin_port);
}

int load_take_precedence(void) {
    struct sched_param parameters = {.sched_priority = 1};
    return sched_setscheduler(0, SCHED_FIFO, &parameters) ? load_fail("%s", strerror(errno)) : 0;
}

void load_yield_precedence(void) {
    struct sched_param parameters = {.sched_priority = 0};
    sched_setscheduler(0, SCHED_OTHER, &parameters);
}
