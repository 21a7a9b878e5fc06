/** Entry of a worker thread: writes one exported file after the other. */
import { runExportJob } from './exports-job.js';
import { answerJobs } from './job-thread.js';

answerJobs(runExportJob);
